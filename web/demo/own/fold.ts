// A stretch of a passage as a run that the page's pictures can draw: the first token, everything up to the stretch as
// one row, then the stretch row by row.

import { at, type Position, type Run } from "../run/run";
import type { Passage, TracedRow } from "./passage";
import type { Shape } from "./shape";

/** Rows drawn at once. */
export const STRETCH = 40;

/** Places [begin, end) of a text. */
export interface Stretch {
  readonly begin: number;
  readonly end: number;
}

/** The last `STRETCH` rows before `end`; one row is never folded alone. */
export function stretchUntil(end: number): Stretch {
  const begin = Math.max(0, end - STRETCH);
  return { begin: begin <= 2 ? 0 : begin, end };
}

/** Whether all of a stretch has been traced: every row's key, value and what it read. */
export function isKnown(passage: Passage, { begin, end }: Stretch): boolean {
  for (let place = begin; place < end; place++) {
    if (passage.rows.get(place)?.reads === undefined) return false;
  }
  return true;
}

/** Rows from `begin` on whose key and value are known, without a gap: what can be drawn. */
export function drawable(passage: Passage, { begin, end }: Stretch): Stretch {
  let last = begin;
  while (last < end && passage.rows.has(last)) last++;
  return { begin, end: last };
}

/** The place in a text of a row of the folded run, and back. */
export const rowOf = (stretch: Stretch, place: number): number =>
  stretch.begin === 0 ? place : place < stretch.begin ? Math.min(place, 1) : place - stretch.begin + 2;

const EMPTY = new Float32Array(0);

/** Numbers larger than all but this share of a layer's cache fill the barcode's tint: a few would hide all others. */
const OUTLIERS = 0.02;

export interface FoldOptions {
  readonly finished: boolean;
  readonly kvBytes: number;
  readonly kvBytesPerToken: number;
}

/** The run of a stretch whose rows are all there. */
export function foldedRun(passage: Passage, shape: Shape, stretch: Stretch, options: FoldOptions): Run {
  const { layer, heads } = passage.look;
  const nQueryHeads = heads.to - heads.from;
  const nKvHeads = heads.kvTo - heads.kvFrom;
  const folded = stretch.begin > 0 ? stretch.begin - 1 : 0;
  const columns = folded > 0 ? [0, 1] : [];
  const positions: Position[] = columns.map((place) =>
    place === 0 ? firstRow(passage, nQueryHeads) : foldedRow(folded, place),
  );
  for (let place = stretch.begin; place < stretch.end; place++) {
    positions.push(stretchRow(passage, place, nQueryHeads, folded));
  }
  return {
    source: "",
    shape: { nLayers: shape.nLayers, nQueryHeads, nKvHeads, headDim: shape.headDim },
    layers: [layer],
    promptLength: rowOf(stretch, Math.max(passage.border, stretch.begin)),
    positions,
    kvBytes: options.kvBytes,
    kvBytesPerToken: options.kvBytesPerToken,
    origin: "live",
    finished: options.finished,
    window: at(shape.windows, layer),
    firstHead: heads.from,
    firstKvHead: heads.kvFrom,
    scales: scalesOf(passage),
  };
}

/** The first token reads only itself. */
function firstRow(passage: Passage, nHeads: number): Position {
  const token = at(passage.tokens, 0);
  const row = passage.rows.get(0);
  return {
    text: token.text,
    control: token.control,
    keys: row?.keys ?? EMPTY,
    values: row?.values ?? EMPTY,
    reads: new Float32Array(nHeads).fill(1),
    next: [],
    place: 0,
  };
}

const foldedRow = (folded: number, place: number): Position => ({
  text: `${folded} tokens`,
  control: true,
  keys: EMPTY,
  values: EMPTY,
  reads: EMPTY,
  next: [],
  place,
  folded,
});

function stretchRow(passage: Passage, place: number, nHeads: number, folded: number): Position {
  const token = at(passage.tokens, place);
  const { keys, values, reads } = passage.rows.get(place) as TracedRow;
  return {
    text: token.text,
    control: token.control,
    keys,
    values,
    reads: reads ? foldedReads(reads, place + 1, nHeads, folded) : EMPTY,
    next: passage.next.get(place) ?? [],
    place,
  };
}

/** Weights [head, `length` places], those of the folded places summed. */
function foldedReads(reads: Float32Array, length: number, nHeads: number, folded: number): Float32Array {
  if (folded === 0) return reads;
  const kept = length - folded + 1;
  const out = new Float32Array(nHeads * kept);
  for (let head = 0; head < nHeads; head++) {
    const row = reads.subarray(head * length, (head + 1) * length);
    out[head * kept] = at(row, 0);
    let sum = 0;
    for (let key = 1; key <= folded; key++) sum += at(row, key);
    out[head * kept + 1] = sum;
    out.set(row.subarray(folded + 1), head * kept + 2);
  }
  return out;
}

function scalesOf(passage: Passage): { keys: number; values: number } {
  return { keys: quantile(passage, "keys"), values: quantile(passage, "values") };
}

/** A large share of all absolute numbers lies below this; the first token, often an outlier, has no say. */
function quantile(passage: Passage, tensor: "keys" | "values"): number {
  const sample: number[] = [];
  let seen = 0;
  for (const [place, row] of passage.rows) {
    // The first rows decide, so that no row changes its shade as the text grows.
    if (place === 0) continue;
    if (++seen > 16) break;
    for (const x of row[tensor]) sample.push(Math.abs(x));
  }
  if (sample.length === 0) return 1;
  sample.sort((a, b) => a - b);
  return sample[Math.min(sample.length - 1, Math.floor(sample.length * (1 - OUTLIERS)))] || 1;
}
