// Real K and V numbers as levels of one tint: pale is the most negative, dark the most positive, zero in between.

import { cacheRow, type Run } from "../run/run";

/** Odd, so that zero has a level of its own. */
export const BARCODE_LEVELS = 15;

/**
 * Largest absolute key (or value) of a layer over the sentence: one scale for all rows, known before the first
 * Spanish word, so that no row ever changes its shade. The first token, often an outlier, has no say.
 */
export function barcodeScale(run: Run, layer: number, tensor: "keys" | "values"): number {
  let scale = 0;
  for (const position of run.positions.slice(1, run.promptLength)) {
    for (const x of cacheRow(run, position[tensor], layer)) scale = Math.max(scale, Math.abs(x));
  }
  return scale;
}

/** Levels 0 … BARCODE_LEVELS − 1 of values within ±scale. */
export function barcodeLevels(values: Float32Array, scale: number): Uint8Array {
  const top = BARCODE_LEVELS - 1;
  return Uint8Array.from(values, (x) => {
    const share = scale > 0 ? (x / scale + 1) / 2 : 0.5;
    return Math.round(Math.min(Math.max(share, 0), 1) * top);
  });
}

/** A layer's scales, and all its rows as levels. */
export interface Slab {
  readonly scales: { readonly keys: number; readonly values: number };
  readonly rows: readonly { readonly keys: Uint8Array; readonly values: Uint8Array }[];
}

const slabs = new WeakMap<Run, Map<number, Slab>>();

/** The slab of a layer, which no choice of a word changes: computed once for a run. */
export function slab(run: Run, layer: number): Slab {
  const known = slabs.get(run) ?? new Map<number, Slab>();
  slabs.set(run, known);
  const found = known.get(layer);
  if (found !== undefined) return found;
  const scales = run.scales ?? {
    keys: barcodeScale(run, layer, "keys"),
    values: barcodeScale(run, layer, "values"),
  };
  const rows = run.positions.map(({ keys, values }) => ({
    keys: barcodeLevels(cacheRow(run, keys, layer), scales.keys),
    values: barcodeLevels(cacheRow(run, values, layer), scales.values),
  }));
  const made = { scales, rows };
  known.set(layer, made);
  return made;
}
