// What the K/V cache of this text takes, and what it would take if each head kept its own.

import type { Run } from "../run/run";

export interface BytesModel {
  readonly nQueryHeads: number;
  readonly nKvHeads: number;
  readonly tokens: number;
  readonly bytesPerToken: number;
  /** K and V of the tokens there are: the engine's bytes per token, times tokens. */
  readonly shared: number;
  /** The same with one K/V head for each query head. */
  readonly separate: number;
  /** What the engine holds for it, in whole blocks. */
  readonly reserved: number;
  readonly separated: boolean;
}

export function bytesModel(run: Run, separated: boolean): BytesModel {
  const { nQueryHeads, nKvHeads } = run.shape;
  const tokens = run.positions.length;
  const shared = tokens * run.kvBytesPerToken;
  return {
    nQueryHeads,
    nKvHeads,
    tokens,
    bytesPerToken: run.kvBytesPerToken,
    shared,
    separate: (shared * nQueryHeads) / nKvHeads,
    reserved: run.kvBytes,
    separated,
  };
}
