// Choosing words, layers and heads in the pictures: hover and focus show, click and Enter keep, arrows move, Escape lets
// go.

import type { Study } from "./study";

/** The place in the text that a button stands for. */
function placeOf(element: Element | null): number | undefined {
  const place = element?.closest("[data-place]")?.getAttribute("data-place");
  return place === undefined || place === null ? undefined : Number(place);
}

export function followLooking(root: HTMLElement, study: Study): void {
  const strip = root.querySelector<HTMLElement>('[data-slot="strip"]') as HTMLElement;
  const focused = () => {
    const active = root.ownerDocument.activeElement;
    return active !== null && strip.contains(active) && active.matches(":focus-visible") ? placeOf(active) : undefined;
  };
  strip.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "touch") study.preview(placeOf(event.target as Element) ?? focused());
  });
  strip.addEventListener("pointerleave", () => study.preview(focused()));
  strip.addEventListener("focusin", () => study.preview(focused()));
  strip.addEventListener("focusout", () => study.preview(undefined));
  strip.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && study.isPinned) return study.letGo();
    const button = (event.target as Element).closest<HTMLElement>("[data-place]");
    if (button === null) return;
    const all = Array.from(strip.querySelectorAll<HTMLElement>("[data-place]"));
    const next = all[destination(event.key, all.indexOf(button), all.length)];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
  root.addEventListener("click", (event) => {
    const target = event.target as Element;
    const place = placeOf(target);
    if (place !== undefined) study.choose(place);
    const piece = target.closest("[data-piece]")?.getAttribute("data-piece");
    if (piece) study.choosePiece(Number(piece));
    const move = target.closest("[data-move]")?.getAttribute("data-move");
    if (move === "before" || move === "after") study.move(move);
    const step = target.closest("[data-layer-step]")?.getAttribute("data-layer-step");
    if (step) study.turn(Number(step));
  });
  root.addEventListener("change", (event) => {
    const control = event.target as HTMLInputElement & HTMLSelectElement;
    if (control.dataset.look === "layer") study.turn(Number(control.value));
    if (control.dataset.look === "heads") study.turn(study.layer, Number(control.value));
    if (control.dataset.look === "separate") study.separate(control.checked);
    if (control.dataset.look === "watch") study.watch(control.checked);
  });
}

/** Which word a key leads to; -1 for keys that lead nowhere. */
function destination(key: string, from: number, count: number): number {
  if (key === "ArrowRight" || key === "ArrowDown") return from + 1;
  if (key === "ArrowLeft" || key === "ArrowUp") return from - 1;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : -1;
}
