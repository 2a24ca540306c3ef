// Draws a state into the page's slots. Runs in the tab, and once at build time on the recorded run.

import { type Frame, frame, mapsSubject, type PageState, shownTarget, wordOf } from "../models/frame";
import { mapsModel } from "../models/maps";
import { spanishWords } from "../models/tokens";
import type { Run } from "../run/run";
import { bytes } from "../views/bytes";
import { candidates } from "../views/candidates";
import { choice } from "../views/choice";
import type { ViewOptions } from "../views/dom";
import { facts } from "../views/facts";
import { headline } from "../views/headline";
import { layerPicker } from "../views/layer";
import { ledger } from "../views/ledger";
import { legend } from "../views/legend";
import { maps, moveAsking } from "../views/maps";
import { origin } from "../views/origin";
import { type SpanishModel, spanish } from "../views/spanish";
import { split } from "../views/split";
import { timings } from "../views/timings";
import { why } from "../views/why";
import { fill, slabCells } from "./slots";

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
    fill(document, "why", why(state.facts, options));
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
      kept: slabCells(document),
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

const drawnMaps = new WeakMap<Document, { run: Run; layer: number }>();

/** The maps are the most elements of all: they are drawn once for a run and layer, and then only mark another row. */
export function paintMaps(document: Document, state: PageState): void {
  const subject = mapsSubject(state);
  if (subject === undefined) return;
  const { run, layer, target } = subject;
  const last = drawnMaps.get(document);
  const root = document.querySelector('[data-slot="maps"] .maps');
  if (root !== null && last !== undefined && last.run === run && last.layer === layer) moveAsking(root, target - 1);
  else fill(document, "maps", maps(mapsModel(run, layer, target), { document }));
  drawnMaps.set(document, { run, layer });
}
