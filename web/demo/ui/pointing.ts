// Pointing at a head's name, bar or map lets that head stand out everywhere; pointing at a weight names its number.

/** Follows the pointer over `root`. */
export function followPointer(root: HTMLElement): void {
  root.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const target = event.target as Element;
    const head = target.closest("th[data-head], .split li, .map")?.getAttribute("data-head") ?? null;
    if (head === null) root.removeAttribute("data-focus-head");
    else root.setAttribute("data-focus-head", String(Number(head) % 8));
    nameDot(target);
    nameMapCell(target);
  });
  root.addEventListener("pointerleave", () => root.removeAttribute("data-focus-head"));
}

const share = (element: Element) => `${(Number(element.getAttribute("data-weight")) * 100).toFixed(1)} %`;

function nameDot(target: Element): void {
  const cell = target.closest<HTMLElement>("td[data-weight]");
  if (cell === null) return;
  const asks = cell.closest("table")?.querySelector('[data-role="asks"] .piece')?.textContent ?? "";
  const read = cell.parentElement?.querySelector(".piece")?.textContent ?? "";
  cell.title = `head ${Number(cell.dataset.head) + 1}: ${asks} reads ${read}, ${share(cell)}`;
}

/** Thousands of cells need no title until one is pointed at. */
function nameMapCell(target: Element): void {
  if (!target.matches(".map rect[data-weight]") || target.firstChild !== null) return;
  const label = (position: string | null) =>
    target.closest("[data-panel], [data-side]")?.querySelector(`[data-ledger] [data-position="${position}"] .piece`)
      ?.textContent ?? "";
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  const query = label(target.getAttribute("data-query"));
  title.textContent = `${query} reads ${label(target.getAttribute("data-key"))}: ${share(target)}`;
  target.append(title);
}
