// How much each head reads of the first token, of what was given and of what is written: over the whole text, however
// little of it is drawn.

import type { HeadSplit, SplitModel } from "../models/split";
import { at } from "../run/run";
import type { Passage } from "./passage";

/** Shares of the query at `place`; `query` and `favourite` are places in the text. */
export function passageSplit(passage: Passage, place: number): SplitModel {
  const { from, to } = passage.look.heads;
  const reads = passage.rows.get(place)?.reads;
  const length = place + 1;
  const border = Math.max(1, Math.min(passage.border, length));
  const heads = Array.from({ length: reads ? to - from : 0 }, (_, head): HeadSplit => {
    const row = (reads as Float32Array).subarray(head * length, (head + 1) * length);
    let favourite: number | undefined;
    for (let key = 1; key < length; key++) {
      if (favourite === undefined || at(row, key) > at(row, favourite)) favourite = key;
    }
    const sum = (begin: number, end: number) => row.subarray(begin, end).reduce((a, b) => a + b, 0);
    return { head: from + head, first: at(row, 0), sentence: sum(1, border), spanish: sum(border, length), favourite };
  });
  return { query: place, heads };
}
