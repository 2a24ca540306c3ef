// A Spanish token was chosen by the row before it. Names that row, that step and what else was likely there.

import { at, type Run } from "../run/run";
import { printable, sentenceWords, spanishWords, tokenLabel, wordAt } from "./tokens";

export interface ChoiceModel {
  /** Position of the chosen token. */
  readonly target: number;
  /** The row that asks: the one before. */
  readonly query: number;
  /** "El" in "after El → gato": the word, or the piece of the same word, that stands before. */
  readonly after: string;
  readonly chosen: string;
  /** The whole word that the chosen token belongs to. */
  readonly word: string;
  /** All pieces of that word, if it has several. */
  readonly pieces: readonly { readonly target: number; readonly text: string }[];
  readonly candidates: readonly CandidateModel[];
}

export interface CandidateModel {
  readonly text: string;
  readonly probability: number;
  readonly chosen: boolean;
}

/** The first piece of word `index` of the translation: the position to look at when that word is chosen. */
export function wordTarget(run: Run, index: number): number | undefined {
  return spanishWords(run)[index]?.begin;
}

/** What an untouched page shows: the second word, which is usually the noun; the only word, if there is one. */
export function defaultTarget(run: Run): number | undefined {
  const words = spanishWords(run);
  return (words[1] ?? words[0])?.begin;
}

export function choiceModel(run: Run, target: number): ChoiceModel {
  const query = target - 1;
  const words = target < run.promptLength ? sentenceWords(run) : spanishWords(run);
  const word = words.find(({ begin, end }) => target >= begin && target < end);
  const inside = word !== undefined && query >= word.begin;
  const chosen = at(run.positions, target).text;
  const spelled = Array.from({ length: (word?.end ?? 0) - (word?.begin ?? 0) }, (_, i) => {
    const position = (word?.begin ?? 0) + i;
    return { target: position, text: tokenLabel(run, position) };
  });
  return {
    target,
    query,
    after: inside ? tokenLabel(run, query) : wordAt(run, query),
    chosen: printable(chosen),
    word: word?.text ?? printable(chosen),
    pieces: spelled.length > 1 ? spelled : [],
    candidates: at(run.positions, query).next.map(({ text, probability }) => ({
      text: printable(text),
      probability,
      chosen: text === chosen,
    })),
  };
}
