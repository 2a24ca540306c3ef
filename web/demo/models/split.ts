// How much each head reads of the sentence, of the Spanish so far, and of the first token.

import { at, type Run, weight } from "../run/run";

export interface SplitModel {
  readonly query: number;
  readonly heads: readonly HeadSplit[];
}

/** Shares of one head's attention; they sum to 1. */
export interface HeadSplit {
  readonly head: number;
  /** Heads that have nothing to look for rest on the first token. */
  readonly first: number;
  readonly sentence: number;
  /** The marker that asks for Spanish, and the Spanish written so far. */
  readonly spanish: number;
  /** Position that gets most, the first token aside; undefined if there is no other. */
  readonly favourite: number | undefined;
}

/** `border`: the first position that counts as the text so far. */
export function splitModel(run: Run, layer: number, target: number, border = run.promptLength - 1): SplitModel {
  const query = target - 1;
  const heads = Array.from({ length: run.shape.nQueryHeads }, (_, head): HeadSplit => {
    const sum = (begin: number, end: number) => {
      let share = 0;
      for (let key = begin; key < end; key++) share += weight(run, layer, head, query, key);
      return share;
    };
    let favourite: number | undefined;
    for (let key = 1; key <= query; key++) {
      if (at(run.positions, key).folded !== undefined) continue;
      const best = favourite === undefined ? -1 : weight(run, layer, head, query, favourite);
      if (weight(run, layer, head, query, key) > best) favourite = key;
    }
    return {
      head: (run.firstHead ?? 0) + head,
      first: sum(0, 1),
      sentence: sum(1, Math.min(border, query + 1)),
      spanish: sum(border, query + 1),
      favourite,
    };
  });
  return { query, heads };
}
