// Draws a state into the page's slots. Runs in the tab, and once at build time on the recorded run.

import { type Frame, frame, mapsFrame, type PageState, shownTarget, wordOf } from "../models/frame";
import { spanishWords } from "../models/tokens";
import { bytes } from "../views/bytes";
import { candidates } from "../views/candidates";
import { choice } from "../views/choice";
import type { ViewOptions } from "../views/dom";
import { facts } from "../views/facts";
import { headline } from "../views/headline";
import { layerPicker } from "../views/layer";
import { ledger } from "../views/ledger";
import { legend } from "../views/legend";
import { maps } from "../views/maps";
import { morph } from "../views/morph";
import { origin } from "../views/origin";
import { type SpanishModel, spanish } from "../views/spanish";
import { split } from "../views/split";
import { timings } from "../views/timings";

/** Puts a fresh element where the slot's old one is, changing only what differs. */
function fill(document: Document, name: string, element: Element): void {
  const slot = document.querySelector(`[data-slot="${name}"]`);
  if (slot === null) return;
  const old = slot.firstElementChild;
  if (old === null) slot.append(element);
  else morph(old, element);
}

export function spanishModel(state: PageState): SpanishModel {
  const target = shownTarget(state);
  const run = target && state.entries[target.sentence]?.run;
  const shown = run && target && wordOf(run, target);
  const first = state.entries.findIndex(({ run }) => run !== undefined);
  return {
    sentences: state.entries.map((entry) => ({
      words: entry.run === undefined ? [] : spanishWords(entry.run),
      finished: entry.run?.finished ?? false,
      notice: entry.notice,
    })),
    shown,
    pinned: state.preview === undefined && state.pinned !== undefined,
    reachable: shown ?? { sentence: Math.max(first, 0), word: 0 },
  };
}

/** What a change of state asks to be drawn anew. */
export type Scope = "frame" | "all";

export function paint(document: Document, state: PageState, scope: Scope = "all"): Frame | undefined {
  const options: ViewOptions = { document };
  fill(document, "spanish", spanish(spanishModel(state), options));
  const drawn = frame(state);
  if (state.facts !== undefined) {
    fill(document, "headline", headline(state.facts, options));
    fill(document, "facts", facts(state.facts, options));
  }
  if (drawn === undefined) return undefined;
  const { run, choice: chosen } = drawn;
  fill(document, "origin", origin({ origin: run.origin, finished: run.finished }, options));
  fill(document, "choice", choice(chosen, options));
  fill(
    document,
    "ledger",
    ledger(drawn.ledger, {
      ...options,
      separated: state.separated,
      caption: `Layer ${drawn.layer + 1}: what each query head reads after ${chosen.after}, when the model writes ${chosen.chosen}`,
    }),
  );
  fill(document, "split", split(drawn.split, { ...options, label: drawn.label }));
  fill(document, "bytes", bytes(drawn.bytes, options));
  fill(document, "candidates", candidates(chosen, options));
  if (scope === "all") {
    fill(document, "timings", timings({ timings: run.timings, build: state.facts?.build }, options));
    fill(document, "legend", legend(drawn.ledger, options));
    fill(
      document,
      "layer",
      layerPicker(
        {
          layers: run.layers,
          nLayers: run.shape.nLayers,
          layer: drawn.layer,
          alignmentLayer: state.alignmentLayer,
        },
        options,
      ),
    );
  }
  return drawn;
}

/** The maps are many elements, so they wait until the page has time, and follow what is pinned only. */
export function paintMaps(document: Document, state: PageState): void {
  const model = mapsFrame(state);
  if (model !== undefined) fill(document, "maps", maps(model, { document }));
}
