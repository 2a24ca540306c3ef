// The same weights as whole maps: who reads (down), what is read (across), one map for each query head.

import { isTraced, outOfWindow, type Run, weight } from "../run/run";
import { tokenLabel } from "./tokens";

export interface MapsModel {
  readonly layer: number;
  readonly labels: readonly string[];
  readonly promptLength: number;
  /** The row that the ledger shows. */
  readonly query: number;
  readonly heads: readonly HeadMap[];
  /** Rows whose reading is not known. */
  readonly untraced: readonly number[];
  /** For each row, how many of the first columns are out of the layer's window. */
  readonly beyond: readonly number[];
}

export interface HeadMap {
  readonly head: number;
  /** Weights worth drawing; the rest is below {@link FAINTEST}. */
  readonly cells: readonly MapCell[];
}

export interface MapCell {
  readonly query: number;
  readonly key: number;
  readonly weight: number;
}

/** Weights that round to nothing on any screen are left out, or a long text would need tens of thousands of cells. */
export const FAINTEST = 0.005;

export function mapsModel(run: Run, layer: number, target: number): MapsModel {
  const length = run.positions.length;
  const first = run.firstHead ?? 0;
  const rows = Array.from(run.positions.keys());
  return {
    layer,
    untraced: rows.filter((query) => !isTraced(run, query)),
    beyond: rows.map((query) => rows.filter((key) => key <= query && outOfWindow(run, query, key)).length),
    labels: run.positions.map((_, position) => tokenLabel(run, position)),
    promptLength: run.promptLength,
    query: target - 1,
    heads: Array.from({ length: run.shape.nQueryHeads }, (_, head) => {
      const cells: MapCell[] = [];
      for (let query = 0; query < length; query++) {
        for (let key = 0; key <= query; key++) {
          const share = weight(run, layer, head, query, key);
          if (share >= FAINTEST) cells.push({ query, key, weight: share });
        }
      }
      return { head: first + head, cells };
    }),
  };
}
