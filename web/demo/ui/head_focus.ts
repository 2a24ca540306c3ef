// Pointing at a head's name, bar or map lets that head stand out everywhere; pointing at a dot names its number.

/** Marks `root` with the head pointed at. */
export function followHeads(root: HTMLElement): void {
  root.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const target = event.target as Element;
    const head = target.closest("th[data-head], .split li, .map")?.getAttribute("data-head") ?? null;
    if (head === null) root.removeAttribute("data-focus-head");
    else root.setAttribute("data-focus-head", String(Number(head) % 8));
    const cell = target.closest<HTMLElement>("td[data-weight]");
    if (cell !== null) cell.title = dotTitle(cell);
  });
  root.addEventListener("pointerleave", () => root.removeAttribute("data-focus-head"));
}

function dotTitle(cell: HTMLElement): string {
  const table = cell.closest("table");
  const asks = table?.querySelector('[data-role="asks"] .piece')?.textContent ?? "";
  const read = cell.parentElement?.querySelector(".piece")?.textContent ?? "";
  return `head ${Number(cell.dataset.head) + 1}: ${asks} reads ${read}, ${(Number(cell.dataset.weight) * 100).toFixed(1)} %`;
}
