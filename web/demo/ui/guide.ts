// When the tour plays: once by itself on a page that nobody touches, and never against the visitor.

import { defaultTarget } from "../models/choice";
import { type TourStep, tourSteps } from "../models/tour";
import type { Store } from "./store";
import type { Tour } from "./tour";

/** Time to read the headline before the tour begins. */
const HEADLINE_MS = 1500;

export interface Guide {
  /** Makes the tour's steps from what is shown now. */
  prepare(): void;
}

export function createGuide(tour: Tour, store: Store, playsByItself: boolean): Guide {
  let touched = false;
  for (const sign of ["pointerdown", "keydown", "input"]) {
    document.addEventListener(
      sign,
      (event) => {
        if (tour.contains(event.target as Node)) return;
        touched = true;
        tour.cancel();
      },
      { capture: true, passive: true },
    );
  }
  tour.addEventListener("step", (event) => {
    const step = (event as CustomEvent<TourStep | null>).detail;
    const sentence = store.state.entries.findIndex(({ run }) => run?.finished);
    store.update(
      step === null
        ? { tour: undefined, separated: false }
        : { tour: { sentence, position: step.target }, separated: step.separated },
    );
  });
  if (playsByItself) {
    window.setTimeout(() => {
      if (!touched) tour.play();
    }, HEADLINE_MS);
  }
  return {
    prepare() {
      const run = store.state.entries.find(({ run }) => run?.finished)?.run;
      if (run !== undefined && defaultTarget(run) !== undefined) tour.steps = tourSteps(run);
    },
  };
}
