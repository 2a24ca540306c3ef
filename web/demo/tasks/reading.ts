// Which words of what was given the heads read when the model began to answer.

import type { Passage } from "../own/passage";
import { groupWords } from "../run/words";

/** A part of the prompt that was typed. */
export interface Part {
  readonly name: string;
  /** Its tokens. */
  readonly range: readonly [begin: number, end: number];
}

export interface ReadingModel {
  readonly parts: readonly { readonly name: string; readonly words: readonly ReadWord[] }[];
  /** The first head drawn, and how many. */
  readonly firstHead: number;
  readonly nHeads: number;
  /** The most-read word's sum of weights. */
  readonly scale: number;
  /** Mean share of a head that went to none of these words: the first token, and the marks between the parts. */
  readonly rest: number;
}

export interface ReadWord {
  readonly text: string;
  readonly glued: boolean;
  /** What each head gave to its tokens. */
  readonly weights: readonly number[];
  readonly total: number;
}

/** Undefined as long as it is not known what was read there. */
export function readingModel(passage: Passage, parts: readonly Part[]): ReadingModel | undefined {
  const query = passage.border - 1;
  const reads = passage.rows.get(query)?.reads;
  const { from, to } = passage.look.heads;
  if (reads === undefined || parts.length === 0) return undefined;
  const heads = Array.from({ length: to - from }, (_, head) =>
    reads.subarray(head * passage.border, (head + 1) * passage.border),
  );
  const drawn = parts.map(({ name, range: [begin, end] }) => {
    const texts = passage.tokens.slice(begin, end).map(({ text }) => text);
    const words = groupWords(texts, begin).map(({ text, glued, begin, end }): ReadWord => {
      const weights = heads.map((row) => row.subarray(begin, end).reduce((a, b) => a + b, 0));
      return { text, glued, weights, total: weights.reduce((a, b) => a + b, 0) };
    });
    return { name, words: words.filter(({ text }) => text !== "") };
  });
  const totals = drawn.flatMap(({ words }) => words.map(({ total }) => total));
  const read = parts.reduce(
    (sum, { range }) => sum + heads.reduce((a, row) => a + row.subarray(...range).reduce((b, c) => b + c, 0), 0),
    0,
  );
  return {
    parts: drawn,
    firstHead: from,
    nHeads: heads.length,
    scale: Math.max(0, ...totals),
    rest: Math.max(0, 1 - read / heads.length),
  };
}

/** The words that were read most, likeliest to be noticed first. */
export const mostRead = ({ parts }: ReadingModel, count = 3): ReadWord[] =>
  parts
    .flatMap(({ words }) => words)
    .sort((a, b) => b.total - a.total)
    .slice(0, count);
