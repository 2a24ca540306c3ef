// The page's state: every change is drawn at once.

import type { PageState } from "../models/frame";
import { paint, paintMaps, type Scope } from "./paint";

export interface Store {
  readonly state: PageState;
  /** Takes over the given fields; `scope` says whether more than the looked-at word changed. */
  update(change: Partial<PageState>, scope?: Scope): void;
}

/** The maps are many elements: while a sentence is being written they wait until it rests for a moment. */
const REST_MS = 200;

export function createStore(document: Document, initial: PageState, drawn: (state: PageState) => void): Store {
  let state = initial;
  let maps = 0;
  return {
    get state() {
      return state;
    },
    update(change, scope = "all") {
      state = { ...state, ...change };
      paint(document, state, scope);
      drawn(state);
      if (scope === "frame") return;
      window.clearTimeout(maps);
      if (state.entries.every(({ run }) => run === undefined || run.finished)) paintMaps(document, state);
      else maps = window.setTimeout(() => paintMaps(document, state), REST_MS);
    },
  };
}
