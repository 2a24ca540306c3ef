// The ledger: a row for each token, one shared K | V slab, a column of weights for each query head.

import { at, type Run, weight } from "../run/run";
import { slab } from "./barcode";
import { sentenceWords, spanishWords, type TokenKind, tokenKind, tokenLabel } from "./tokens";

export interface LedgerModel {
  readonly layer: number;
  readonly nHeads: number;
  readonly nKvHeads: number;
  /** The row whose queries are shown. */
  readonly query: number;
  readonly target: number;
  readonly scales: { readonly keys: number; readonly values: number };
  /** Sum of all heads' weights that fills the reader bar: the most that any row but the first gets from this query. */
  readonly readerScale: number;
  readonly sentence: readonly LedgerRow[];
  readonly spanish: readonly LedgerRow[];
}

export interface LedgerRow {
  readonly position: number;
  readonly kind: TokenKind;
  readonly label: string;
  /** A later piece of the word that the row above began. */
  readonly continues: boolean;
  /** The row that asks, the row it chooses, or neither. */
  readonly role: "asks" | "chosen" | "none";
  /** Behind the causal mask: not yet written when the query asks. */
  readonly masked: boolean;
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  /** Weight of each query head, as the trace has it. */
  readonly weights: readonly number[];
  /** Their sum. */
  readonly total: number;
  /** The first token may take nearly everything; then its reader bar is cut and says so. */
  readonly clipped: boolean;
}

/** Positions that begin no word of their own. */
function continuing(run: Run): Set<number> {
  const later = new Set<number>();
  for (const { begin, end } of [...sentenceWords(run), ...spanishWords(run)]) {
    for (let position = begin + 1; position < end; position++) later.add(position);
  }
  return later;
}

const total = (run: Run, layer: number, query: number, key: number) => {
  let sum = 0;
  for (let head = 0; head < run.shape.nQueryHeads; head++) sum += weight(run, layer, head, query, key);
  return sum;
};

export function ledgerModel(run: Run, layer: number, target: number): LedgerModel {
  const query = target - 1;
  const { scales, rows: slabRows } = slab(run, layer);
  const totals = run.positions.map((_, position) => total(run, layer, query, position));
  const readerScale = Math.max(0, ...totals.slice(1));
  const later = continuing(run);
  const rows = run.positions.map((_, position): LedgerRow => {
    const sum = totals[position] ?? 0;
    return {
      position,
      kind: tokenKind(run, position),
      label: tokenLabel(run, position),
      continues: later.has(position),
      role: position === query ? "asks" : position === target ? "chosen" : "none",
      masked: position > query,
      ...at(slabRows, position),
      weights: Array.from({ length: run.shape.nQueryHeads }, (_, head) => weight(run, layer, head, query, position)),
      total: sum,
      clipped: sum > readerScale,
    };
  });
  return {
    layer,
    nHeads: run.shape.nQueryHeads,
    nKvHeads: run.shape.nKvHeads,
    query,
    target,
    scales,
    readerScale,
    sentence: rows.slice(0, run.promptLength),
    spanish: rows.slice(run.promptLength),
  };
}

/** Radius of a dot whose area stands for a weight; weight 1 has radius 1. */
export const dotRadius = (x: number): number => Math.sqrt(Math.max(x, 0));
