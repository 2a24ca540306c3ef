// Places that pictures are drawn into: elements with `data-slot`.

import { morph } from "../views/morph";

/** Puts a fresh element where the slot's old one is, changing only what differs. */
export function fill(root: ParentNode, name: string, element: Element): void {
  const slot = root.querySelector(`[data-slot="${name}"]`);
  if (slot === null) return;
  const old = slot.firstElementChild;
  if (old === null) slot.append(element);
  else morph(old, element);
}

/** Keys of the slab's cells that stand in the root's first ledger: they need not be drawn again. */
export function slabCells(root: ParentNode): (key: string) => boolean {
  const slot = root.querySelector('[data-slot="ledger"]');
  const cells = Array.from(slot?.querySelectorAll("td.slab") ?? []);
  const keys = new Set(cells.map((cell) => cell.getAttribute("data-same")));
  return (key) => keys.has(key);
}
