// Names and groups of a run's tokens: what stands at the left of the ledger and under the headline.

import { at, type Run } from "../run/run";
import { groupWords, type Word } from "../run/words";

export type TokenKind = "first" | "marker" | "sentence" | "spanish";

/** Plain names of the control tokens that the tasks' prompts and answers hold. */
const CONTROL_NAMES: Readonly<Record<string, string>> = {
  "<s>": "start",
  "<en>": "English:",
  "<es>": "Spanish:",
  "</s>": "end",
  "<sentiment>": "Text:",
  "<passage>": "Passage:",
  "<question>": "Question:",
  "<answer>": "Answer:",
  "<story>": "Story:",
  "<none>": "no answer",
  "<positive>": "positive",
  "<negative>": "negative",
  "<neutral>": "neutral",
};

export function tokenKind(run: Run, position: number): TokenKind {
  if (position === 0) return "first";
  if (at(run.positions, position).control) return "marker";
  return position < run.promptLength ? "sentence" : "spanish";
}

/** White space is made visible; nothing is the end of a text. */
export const printable = (text: string): string =>
  CONTROL_NAMES[text] ?? (text.trim() || (text === "" ? "end" : text.includes("\n") ? "↵" : "␣"));

/** A token as people read it: a control token's plain name, or its own text. */
export function tokenLabel(run: Run, position: number): string {
  const token = at(run.positions, position);
  if (token.control) return CONTROL_NAMES[token.text] ?? token.text;
  return token.text === "" ? "␣" : printable(token.text);
}

/** The words of positions [begin, end), control tokens left out. */
function words(run: Run, begin: number, end: number): Word[] {
  const out: Word[] = [];
  let open = begin;
  for (let position = begin; position <= end; position++) {
    if (position < end && !at(run.positions, position).control) continue;
    const texts = run.positions.slice(open, position).map((token) => token.text);
    out.push(...groupWords(texts, open).filter((word) => word.text !== ""));
    open = position + 1;
  }
  return out;
}

export const sentenceWords = (run: Run): Word[] => words(run, 0, run.promptLength);
export const spanishWords = (run: Run): Word[] => words(run, run.promptLength, run.positions.length);

/** The whole word that a position belongs to, or its own label. */
export function wordAt(run: Run, position: number): string {
  const list = position < run.promptLength ? sentenceWords(run) : spanishWords(run);
  const word = list.find(({ begin, end }) => position >= begin && position < end);
  return word?.text ?? tokenLabel(run, position);
}
