// What a loaded model is, as far as the pictures and the words about it need to know.

import type { ModelInfo } from "onehead";

/** How query heads share keys and values. */
export type Sharing = "MQA" | "GQA" | "MHA";

export interface Shape {
  readonly nLayers: number;
  readonly nQueryHeads: number;
  readonly nKvHeads: number;
  readonly headDim: number;
  /** For each layer, the positions that a query sees, itself included; 0: all. */
  readonly windows: readonly number[];
}

export function sharing({ nQueryHeads, nKvHeads }: { nQueryHeads: number; nKvHeads: number }): Sharing {
  if (nKvHeads === nQueryHeads) return "MHA";
  return nKvHeads === 1 ? "MQA" : "GQA";
}

export const SHARING_NAMES: Readonly<Record<Sharing, string>> = {
  MQA: "Multi-Query Attention",
  GQA: "Grouped-Query Attention",
  MHA: "Multi-Head Attention",
};

export function shapeOf(info: ModelInfo): Shape {
  const { nLayers, nQueryHeads, nKvHeads, headDim, windows } = info;
  return { nLayers, nQueryHeads, nKvHeads, headDim, windows };
}

/** Heads [from, to) that are drawn together, of the key/value heads [kvFrom, kvTo). */
export interface HeadPage {
  readonly from: number;
  readonly to: number;
  readonly kvFrom: number;
  readonly kvTo: number;
}

/** More columns than this are no picture any more. */
const HEADS_AT_ONCE = 12;

/** Whole groups of heads as long as they fit; a group that is too large alone is cut. */
export function headPages({ nQueryHeads, nKvHeads }: { nQueryHeads: number; nKvHeads: number }): HeadPage[] {
  const size = nQueryHeads / nKvHeads;
  const pages: HeadPage[] = [];
  if (size > HEADS_AT_ONCE) {
    for (let group = 0; group < nKvHeads; group++) {
      const end = (group + 1) * size;
      for (let from = group * size; from < end; from += HEADS_AT_ONCE) {
        pages.push({ from, to: Math.min(from + HEADS_AT_ONCE, end), kvFrom: group, kvTo: group + 1 });
      }
    }
    return pages;
  }
  const most = Math.floor(HEADS_AT_ONCE / size);
  // Pages of one length look alike: 8 groups are 4 + 4, not 6 + 2.
  const groups = Math.ceil(nKvHeads / Math.ceil(nKvHeads / most));
  for (let kvFrom = 0; kvFrom < nKvHeads; kvFrom += groups) {
    const kvTo = Math.min(kvFrom + groups, nKvHeads);
    pages.push({ from: kvFrom * size, to: kvTo * size, kvFrom, kvTo });
  }
  return pages;
}
