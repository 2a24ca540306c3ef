// The ledger: a row for each token, one shared K | V slab, a column of weights for each query head.

import { at, outOfWindow, type Run, weight } from "../run/run";
import { slab } from "./barcode";
import { sentenceWords, spanishWords, type TokenKind, tokenKind, tokenLabel } from "./tokens";

export interface LedgerModel {
  readonly layer: number;
  /** Positions that a query of the layer sees; 0: all. */
  readonly window: number;
  readonly nHeads: number;
  readonly nKvHeads: number;
  /** The row whose queries are shown. */
  readonly query: number;
  readonly target: number;
  readonly scales: { readonly keys: number; readonly values: number };
  /** The first head and key/value drawn, if not all are. */
  readonly firstHead: number;
  readonly firstKvHead: number;
  /** Heads that share one key and value: H / G. */
  readonly groupSize: number;
  /**
   * What fills a reader bar: the largest sum of weights that any row but the first gets from the heads of one key and
   * value.
   */
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
  /** Out of the layer's window: too long ago for the query that asks. */
  readonly beyond: boolean;
  /** Tokens that the row stands for, if it stands for several. */
  readonly folded: number;
  readonly keys: Uint8Array;
  readonly values: Uint8Array;
  /** Weight of each query head, as the trace has it. */
  readonly weights: readonly number[];
  /** Who reads it: one entry for each key and value of the row. */
  readonly readers: readonly Readers[];
}

/** The heads that read one key and value. */
export interface Readers {
  /** The first of them. */
  readonly head: number;
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

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

export function ledgerModel(run: Run, layer: number, target: number): LedgerModel {
  const query = target - 1;
  const { scales, rows: slabRows } = slab(run, layer);
  const { nQueryHeads, nKvHeads } = run.shape;
  const { firstHead = 0, firstKvHead = 0 } = run;
  const groupSize = nQueryHeads / nKvHeads;
  const weights = run.positions.map((_, position) =>
    Array.from({ length: nQueryHeads }, (_, head) => weight(run, layer, head, query, position)),
  );
  const groups = weights.map((row) =>
    Array.from({ length: nKvHeads }, (_, group) => row.slice(group * groupSize, (group + 1) * groupSize)),
  );
  // A row that stands for many tokens would dwarf all others.
  const compared = groups.filter((_, position) => position > 0 && at(run.positions, position).folded === undefined);
  const readerScale = Math.max(0, ...compared.flatMap((row) => row.map(sum)));
  const later = continuing(run);
  const rows = run.positions.map(({ folded = 0 }, position): LedgerRow => {
    return {
      position,
      kind: tokenKind(run, position),
      label: tokenLabel(run, position),
      continues: later.has(position),
      role: position === query ? "asks" : position === target ? "chosen" : "none",
      masked: position > query,
      beyond: outOfWindow(run, query, position),
      folded,
      ...at(slabRows, position),
      weights: at(weights, position),
      readers: at(groups, position).map((own, group) => {
        const total = sum(own);
        return { head: firstHead + group * groupSize, weights: own, total, clipped: total > readerScale };
      }),
    };
  });
  return {
    layer,
    window: run.window ?? 0,
    nHeads: nQueryHeads,
    nKvHeads,
    firstHead,
    firstKvHead,
    groupSize,
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
