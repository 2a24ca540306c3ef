// Everything the page has drawn, read back out of a document: the live one, or the page as it was served. The function
// travels into the page as text, so it stands alone.

export function readDocument(root) {
  const all = (css, within = root) => [...within.querySelectorAll(css)];
  const data = (element) => ({ ...element.dataset });
  const number = (element, name) => Number(element.getAttribute(name));
  const text = (css, within = root) => within.querySelector(css)?.textContent.trim() ?? null;
  const ledger = root.querySelector("[data-ledger]");
  return {
    origin: root.querySelector("[data-origin]").dataset.origin,
    originText: text("[data-origin]"),
    layer: Number(ledger.dataset.layer),
    query: Number(ledger.dataset.query),
    target: Number(ledger.dataset.target),
    columns: all("thead th", ledger).map((cell) => cell.textContent.replace(/\s+/g, " ").trim()),
    rows: all("tbody tr", ledger).map((row) => ({
      group: row.closest("[data-group]").dataset.group,
      position: Number(row.dataset.position),
      kind: row.dataset.kind,
      role: row.dataset.role,
      label: text(".piece", row),
      masked: row.classList.contains("masked"),
      levels: all("[data-levels]", row).map((code) => code.dataset.levels),
      readers: all(".readers", row).map((bar) => ({
        total: Number(bar.dataset.total),
        clipped: bar.classList.contains("clipped"),
        widths: all("rect[data-head]", bar).map((rect) => [Number(rect.dataset.head), number(rect, "width")]),
      }))[0],
      weights: all("td[data-weight]", row).map((cell) => ({
        head: Number(cell.dataset.head),
        weight: Number(cell.dataset.weight),
        radius: number(cell.querySelector("circle"), "r"),
        spoken: text(".spoken", cell),
      })),
    })),
    words: all("[data-output] [data-word]").map((word) => ({
      text: word.textContent,
      shown: word.classList.contains("shown"),
      pinned: word.getAttribute("aria-pressed") === "true",
    })),
    after: text(".choice .after"),
    split: all(".split li[data-head]").map((item) => ({
      head: Number(item.dataset.head),
      shares: Object.fromEntries(all("[data-share]", item).map((bar) => [bar.classList[0], Number(bar.dataset.share)])),
      widths: Object.fromEntries(all("[data-share]", item).map((bar) => [bar.classList[0], number(bar, "width")])),
    })),
    candidates: all("[data-candidate]").map((candidate) => ({
      text: candidate.dataset.candidate,
      label: text("text", candidate),
      probability: Number(candidate.dataset.probability),
      chosen: candidate.classList.contains("chosen"),
    })),
    bytes: data(root.querySelector(".bytes")),
    maps: all(".map[data-head]").map((map) => ({
      head: Number(map.dataset.head),
      rowLabels: all("text.row", map).map((label) => label.textContent),
      columnLabels: all("text.column", map).map((label) => label.textContent),
      mask: all("path.mask", map).length,
      cells: all("rect[data-weight]", map).map((cell) => [
        Number(cell.dataset.query),
        Number(cell.dataset.key),
        Number(cell.dataset.weight),
        number(cell, "fill-opacity"),
      ]),
    })),
  };
}

/** Reads the document that the page has now: also where the page's own scripts do not run. */
export const readStill = (page) => page.run(`() => (${readDocument})(document)`);

/** Reads the document once what was asked for is painted. */
export const readLive = (page) =>
  page.run(`async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    return (${readDocument})(document);
  }`);

/** Reads the page as the server sent it: what stands there without JavaScript. */
export const readServed = (page) =>
  page.run(`async () => {
    const html = await (await fetch(location.pathname)).text();
    return (${readDocument})(new DOMParser().parseFromString(html, "text/html"));
  }`);

/** Waits until a condition, given as a function for the page, gives something truthy; gives that. */
export async function until(page, what, condition, ...args) {
  const end = Date.now() + 60_000;
  for (;;) {
    const value = await page.run(condition, ...args);
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A word of the translation is pinned, or no longer. */
export const untilWord = (page, word, { pinned }) =>
  until(
    page,
    `word ${word} to be ${pinned ? "pinned" : "let go"}`,
    (index, state) =>
      document.querySelector(`[data-output] [data-word="${index}"]`)?.getAttribute("aria-pressed") === state,
    word,
    String(pinned),
  );

/** The live run of this English text is drawn whole. */
export const untilTranslated = (page, spanish) =>
  until(
    page,
    `the translation “${spanish}”`,
    (expected) => {
      const squeeze = (text) => text.replace(/\s+/g, "");
      const origin = document.querySelector("[data-origin]");
      const shown = [...document.querySelectorAll("[data-output] [data-word]")]
        .map((word) => word.textContent)
        .join("");
      return origin?.textContent === "computed in your tab" && squeeze(shown) === squeeze(expected);
    },
    spanish,
  );
