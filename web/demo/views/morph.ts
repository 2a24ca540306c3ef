// Views return fresh elements; the page keeps the old ones and only takes over what differs. So focus, hover,
// scroll position and running transitions survive, and the page recorded at build time becomes the live one unseen.

/** Makes `from` equal to `to`, in place where tags agree, and returns what now stands in the document. */
export function morph(from: Element, to: Element): Element {
  if (from.localName !== to.localName || from.namespaceURI !== to.namespaceURI) {
    from.replaceWith(to);
    return to;
  }
  for (const { name } of Array.from(from.attributes)) {
    if (!to.hasAttribute(name)) from.removeAttribute(name);
  }
  for (const { name, value } of Array.from(to.attributes)) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  const olds = Array.from(from.childNodes);
  const news = Array.from(to.childNodes);
  news.forEach((child, index) => {
    const old = olds[index];
    if (old === undefined) from.appendChild(child);
    else if (old.nodeType === 1 && child.nodeType === 1) morph(old as Element, child as Element);
    else if (old.nodeType === 3 && child.nodeType === 3) {
      if (old.nodeValue !== child.nodeValue) old.nodeValue = child.nodeValue;
    } else old.replaceWith(child);
  });
  for (const old of olds.slice(news.length)) old.remove();
  return from;
}
