// Views return fresh elements; the page keeps the old ones and only takes over what differs. So focus, hover,
// scroll position and running transitions survive, and the page recorded at build time becomes the live one unseen.

/**
 * Makes `from` equal to `to`, in place where tags agree, and returns what now stands in the document. Elements with
 * the same `data-same` are the same inside: a view may then have left the new one empty.
 */
export function morph(from: Element, to: Element): Element {
  if (from.localName !== to.localName || from.namespaceURI !== to.namespaceURI) {
    from.replaceWith(to);
    return to;
  }
  const same = from.getAttribute("data-same");
  for (const name of from.getAttributeNames()) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const name of to.getAttributeNames()) {
    const value = to.getAttribute(name) ?? "";
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  if (same !== null && same === to.getAttribute("data-same")) return from;
  let old = from.firstChild;
  let fresh = to.firstChild;
  while (fresh !== null) {
    const [child, next] = [fresh, fresh.nextSibling];
    fresh = next;
    if (old === null) {
      from.appendChild(child);
      continue;
    }
    const place: ChildNode = old;
    old = old.nextSibling;
    if (place.nodeType === 1 && child.nodeType === 1) morph(place as Element, child as Element);
    else if (place.nodeType === 3 && child.nodeType === 3) {
      if (place.nodeValue !== child.nodeValue) place.nodeValue = child.nodeValue;
    } else place.replaceWith(child);
  }
  while (old !== null) {
    const surplus: ChildNode = old;
    old = old.nextSibling;
    surplus.remove();
  }
  return from;
}
