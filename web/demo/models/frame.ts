// From the page's state to everything it draws: one pure function, so that the page recorded at build time and the
// live one come from the same lines.

import { outputText, type Run } from "../run/run";
import type { WordAddress } from "../views/spanish";
import { type BytesModel, bytesModel } from "./bytes";
import { type ChoiceModel, choiceModel, defaultTarget } from "./choice";
import { type LedgerModel, ledgerModel } from "./ledger";
import { type SplitModel, splitModel } from "./split";
import { spanishWords, wordAt } from "./tokens";

/** One sentence: its run as far as it has come, or what to say in its place. */
export interface Entry {
  readonly source: string;
  readonly run?: Run | undefined;
  readonly notice?: string | undefined;
}

/** A Spanish token, by sentence and position. */
export interface Target {
  readonly sentence: number;
  readonly position: number;
}

export interface PageState {
  readonly entries: readonly Entry[];
  /** What the pointer or focus is on, what was chosen to stay, what the tour shows: the first there is, is drawn. */
  readonly preview?: Target | undefined;
  readonly pinned?: Target | undefined;
  readonly tour?: Target | undefined;
  readonly layer: number;
  /** The layer whose attention aligns best with translations, by measurement. */
  readonly alignmentLayer: number;
  readonly separated: boolean;
  readonly facts?: ModelFacts | undefined;
}

export interface ModelFacts {
  readonly parameterCount: number;
  readonly nLayers: number;
  readonly nQueryHeads: number;
  readonly nKvHeads: number;
  readonly build?: string | undefined;
}

/** Everything drawn of one run, at one Spanish token. */
export interface Frame {
  readonly run: Run;
  readonly target: Target;
  readonly layer: number;
  readonly ledger: LedgerModel;
  readonly choice: ChoiceModel;
  readonly split: SplitModel;
  readonly bytes: BytesModel;
  readonly label: (position: number) => string;
}

function valid(state: PageState, target: Target | undefined): target is Target {
  const run = target && state.entries[target.sentence]?.run;
  return (
    run !== undefined &&
    target !== undefined &&
    target.position >= run.promptLength &&
    target.position < run.positions.length
  );
}

/** While a sentence is being written: its newest token. Otherwise what is previewed, pinned, toured, or the default. */
export function shownTarget(state: PageState): Target | undefined {
  for (const target of [state.preview, state.pinned, state.tour]) {
    if (valid(state, target)) return target;
  }
  const writing = state.entries.findIndex(({ run }) => run !== undefined && !run.finished);
  const sentence = writing >= 0 ? writing : state.entries.findIndex(({ run }) => run !== undefined);
  const run = state.entries[sentence]?.run;
  if (run === undefined) return undefined;
  const position = run.finished ? defaultTarget(run) : run.positions.length - 1;
  return position !== undefined && position >= run.promptLength ? { sentence, position } : undefined;
}

/** The layer drawn for a run: the chosen one where it is held. */
export function shownLayer(state: PageState, run: Run): number {
  return run.layers.includes(state.layer) ? state.layer : (run.layers[0] ?? 0);
}

export function frame(state: PageState): Frame | undefined {
  const target = shownTarget(state);
  const run = target && state.entries[target.sentence]?.run;
  if (run === undefined || target === undefined) return undefined;
  const layer = shownLayer(state, run);
  return {
    run,
    target,
    layer,
    ledger: ledgerModel(run, layer, target.position),
    choice: choiceModel(run, target.position),
    split: splitModel(run, layer, target.position),
    bytes: bytesModel(run, state.separated),
    label: (position) => wordAt(run, position),
  };
}

/** What the maps follow: a preview passes too quickly for them. */
export function mapsSubject(state: PageState): { run: Run; layer: number; target: number } | undefined {
  const target = shownTarget({ ...state, preview: undefined });
  const run = target && state.entries[target.sentence]?.run;
  if (run === undefined || target === undefined) return undefined;
  return { run, layer: shownLayer(state, run), target: target.position };
}

/** The word of the translation that holds a position. */
export function wordOf(run: Run, target: Target): WordAddress | undefined {
  const word = spanishWords(run).findIndex(({ begin, end }) => target.position >= begin && target.position < end);
  return word < 0 ? undefined : { sentence: target.sentence, word };
}

/** The whole translation, sentences joined by spaces. */
export const translation = (entries: readonly Entry[]): string =>
  entries
    .map(({ run }) => (run === undefined ? "" : outputText(run)))
    .filter(Boolean)
    .join(" ");
