// Choosing a Spanish word: hover and focus show, click, tap and Enter keep, arrows move, Escape lets go.

import { type PageState, shownTarget, type Target } from "../models/frame";
import { spanishWords } from "../models/tokens";
import type { Store } from "./store";

type Place = { readonly sentence: number; readonly position: number };

/** The Spanish token that a button of the page stands for. */
function placeOf(element: Element | null, state: PageState): Place | undefined {
  const piece = element?.closest("[data-piece]");
  if (piece) {
    const target = shownTarget(state);
    return target && { sentence: target.sentence, position: Number(piece.getAttribute("data-piece")) };
  }
  const button = element?.closest("[data-word]");
  if (!button) return undefined;
  const sentence = Number(button.getAttribute("data-sentence"));
  const run = state.entries[sentence]?.run;
  const word = run && spanishWords(run)[Number(button.getAttribute("data-word"))];
  return word && { sentence, position: word.begin };
}

const same = (a: Target | undefined, b: Target | undefined) =>
  a?.sentence === b?.sentence && a?.position === b?.position;

export interface WordChoice {
  /** Called when the visitor pins or unpins. */
  readonly pinned: () => void;
}

export function followWordChoice(root: HTMLElement, store: Store, { pinned }: WordChoice): void {
  const preview = (target: Target | undefined) => {
    if (!same(target, store.state.preview)) store.update({ preview: target }, "frame");
  };
  const focused = () => {
    const active = root.ownerDocument.activeElement;
    return active !== null && root.contains(active) && active.matches(":focus-visible")
      ? placeOf(active, store.state)
      : undefined;
  };

  root.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    preview(placeOf(event.target as Element, store.state) ?? focused());
  });
  root.addEventListener("pointerleave", () => preview(focused()));
  root.addEventListener("focusin", () => preview(focused()));
  root.addEventListener("focusout", () => preview(undefined));

  root.addEventListener("click", (event) => {
    const target = placeOf(event.target as Element, store.state);
    if (target === undefined) return;
    const piece = (event.target as Element).closest("[data-piece]") !== null;
    const again = !piece && same(target, store.state.pinned);
    store.update({ pinned: again ? undefined : target, preview: undefined, tour: undefined });
    pinned();
  });

  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && store.state.pinned !== undefined) {
      store.update({ pinned: undefined });
      pinned();
      return;
    }
    const button = (event.target as Element).closest<HTMLElement>("[data-word]");
    if (button === null) return;
    const all = Array.from(root.querySelectorAll<HTMLElement>("[data-word]"));
    const next = all[destination(event.key, all.indexOf(button), all.length)];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  });
}

/** Which word a key leads to; -1 for keys that lead nowhere. */
function destination(key: string, from: number, count: number): number {
  if (key === "ArrowRight" || key === "ArrowDown") return from + 1;
  if (key === "ArrowLeft" || key === "ArrowUp") return from - 1;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : -1;
}
