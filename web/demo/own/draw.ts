// Draws what is known of a text into the slots of the workplace.

import type { ModelInfo, Timings } from "onehead";
import { choiceModel } from "../models/choice";
import { ledgerModel } from "../models/ledger";
import { mapsModel } from "../models/maps";
import { printable, sentenceWords, spanishWords } from "../models/tokens";
import { at, placeOf, type Run } from "../run/run";
import { fill, slabCells } from "../ui/slots";
import { candidates } from "../views/candidates";
import { choice } from "../views/choice";
import { ledger } from "../views/ledger";
import { legend } from "../views/legend";
import { maps, moveAsking } from "../views/maps";
import { split } from "../views/split";
import { rowOf, type Stretch } from "./fold";
import { kinds } from "./kinds_view";
import { type LookModel, lookPicker } from "./layer_view";
import { memoryModel } from "./memory";
import type { Passage } from "./passage";
import { speed } from "./speed_view";
import { passageSplit } from "./split";
import { type StripModel, type StripWord, strip } from "./strip_view";

export interface ModelDrawing {
  readonly info: ModelInfo;
  readonly look: LookModel;
  /** Of the text, at least 1. */
  readonly tokens: number;
  readonly timings: Timings | undefined;
  readonly kvBytes: number;
  readonly traced: boolean;
}

/** What there is to draw without a text: layers, ways of sharing, speed. */
export function drawModel(root: HTMLElement, { info, look, tokens, timings, kvBytes, traced }: ModelDrawing): void {
  const options = { document: root.ownerDocument };
  fill(root, "look", lookPicker(look, options));
  // A list that was chosen from no longer follows its options' attributes.
  for (const [name, value] of [["layer", look.layer] as const, ["heads", look.page] as const]) {
    const picker = root.querySelector<HTMLSelectElement>(`[data-look="${name}"]`);
    if (picker) picker.value = String(value);
  }
  fill(root, "kinds", kinds(memoryModel({ ...info, tokens }), options));
  const build = info.variant === "relaxed" ? "relaxed SIMD" : "SIMD";
  const { threads, memoryBytes } = info;
  fill(root, "speed", speed({ timings, build, threads, memoryBytes, kvBytes, traced }, options));
}

export interface TextDrawing {
  readonly run: Run;
  readonly passage: Passage;
  readonly stretch: Stretch;
  /** Tokens after the stretch. */
  readonly after: number;
  /** The place whose choosing is drawn. */
  readonly target: number;
  readonly pinned: boolean;
  readonly separated: boolean;
}

export function drawText(root: HTMLElement, drawing: TextDrawing): void {
  const { run, passage, stretch, target, separated } = drawing;
  const options = { document: root.ownerDocument };
  const unknown = { ...options, lang: null };
  const row = rowOf(stretch, target);
  const layer = at(run.layers, 0);
  const chosen = choiceModel(run, row);
  const model = ledgerModel(run, layer, row);
  fill(root, "strip", strip(stripModel(drawing), options));
  fill(root, "choice", choice(chosen, unknown));
  const table = ledger(model, {
    ...options,
    separated,
    languages: { sentence: null, spanish: null },
    kept: slabCells(root),
    caption: `Layer ${layer + 1}: what each query head reads after ${chosen.after}, when the model writes ${chosen.chosen}`,
  });
  fill(root, "ledger", table);
  fill(root, "legend", legend(model, options));
  const shares = split(passageSplit(passage, target - 1), {
    ...options,
    label: (place) => printable(passage.tokens[place]?.text || " "),
    names: { sentence: "what it was given", spanish: "what it wrote" },
  });
  fill(root, "split", shares);
  fill(root, "candidates", candidates(chosen, unknown));
}

/** The maps are the most elements of all: those that stand there `already` only mark another row. */
export function drawMaps(root: HTMLElement, run: Run, target: number, already: boolean): void {
  const drawn = root.querySelector('[data-slot="maps"] .maps');
  if (drawn !== null && already) moveAsking(drawn, target - 1);
  else fill(root, "maps", maps(mapsModel(run, at(run.layers, 0), target), { document: root.ownerDocument }));
}

/** The words of the stretch, control tokens among them. */
function stripModel({ run, passage, stretch, after, target, pinned }: TextDrawing): StripModel {
  const row = rowOf(stretch, target);
  const item = (text: string, begin: number, end: number): Omit<StripWord, "glued" | "control"> => ({
    text,
    place: placeOf(run, begin),
    written: placeOf(run, begin) >= passage.border,
    shown: row >= begin && row < end,
    pinned,
  });
  const words = [...sentenceWords(run), ...spanishWords(run)].map(
    ({ text, begin, end, glued }): StripWord => ({ ...item(text, begin, end), glued, control: false }),
  );
  const controls = Array.from(run.positions.entries())
    .filter(([, { control, folded }]) => control && folded === undefined)
    .map(([i, { text }]): StripWord => ({ ...item(printable(text), i, i + 1), glued: false, control: true }));
  const all = [...words, ...controls].filter(({ place }) => place > stretch.begin);
  return { words: all.sort((a, b) => a.place - b.place), before: stretch.begin, after };
}
