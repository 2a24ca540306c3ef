// The page's state, and one drawing for each browser frame however often it changes.

import type { PageState } from "../models/frame";
import { paint, paintMaps, type Scope } from "./paint";

export interface Store {
  readonly state: PageState;
  /** Takes over the given fields; `scope` says whether more than the looked-at word changed. */
  update(change: Partial<PageState>, scope?: Scope): void;
}

export function createStore(document: Document, initial: PageState, drawn: (state: PageState) => void): Store {
  let state = initial;
  let pending: Scope | undefined;
  let maps = 0;
  const draw = () => {
    const scope = pending ?? "frame";
    pending = undefined;
    paint(document, state, scope);
    drawn(state);
    // The maps take long to build; they wait until nothing has changed for a moment.
    if (scope === "frame") return;
    window.clearTimeout(maps);
    maps = window.setTimeout(() => paintMaps(document, state), 120);
  };
  return {
    get state() {
      return state;
    },
    update(change, scope = "all") {
      state = { ...state, ...change };
      if (pending === undefined) requestAnimationFrame(draw);
      if (pending !== "all") pending = scope;
    },
  };
}
