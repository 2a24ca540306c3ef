// One layer of a run as a short JSON text, for the recorded run inside the page. Numbers are kept as finely as
// they are drawn: cache values in the barcode's levels, weights in thousandths, probabilities in thousandths.

import { BARCODE_LEVELS, barcodeLevels, barcodeScale } from "../models/barcode";
import { at, cacheRow, type Position, type Run, type RunShape, weight } from "./run";

export interface CompactRun {
  readonly source: string;
  readonly shape: RunShape;
  readonly layer: number;
  readonly promptLength: number;
  readonly kvBytes: number;
  readonly kvBytesPerToken: number;
  /** Largest absolute value of the layer's keys and of its values. */
  readonly scales: readonly [keys: number, values: number];
  readonly positions: readonly CompactPosition[];
}

interface CompactPosition {
  readonly text: string;
  readonly control?: 1;
  /** Barcode levels, one base-36 digit each: keys, then values. */
  readonly cache: string;
  /** Thousandths in base 36, [query head, key] in order; nothing between two commas is 0. */
  readonly reads: string;
  readonly next?: readonly (readonly [text: string, thousandths: number])[];
}

const thousandths = (x: number) => Math.round(x * 1000);

/** The held layer `layer` of a run, rounded to what the page draws. */
export function compactRun(run: Run, layer: number): CompactRun {
  const { nQueryHeads } = run.shape;
  const scales = [barcodeScale(run, layer, "keys"), barcodeScale(run, layer, "values")] as const;
  const digits = (values: Float32Array, scale: number) =>
    Array.from(barcodeLevels(values, scale), (level) => level.toString(36)).join("");
  return {
    source: run.source,
    shape: run.shape,
    layer,
    promptLength: run.promptLength,
    kvBytes: run.kvBytes,
    kvBytesPerToken: run.kvBytesPerToken,
    scales: [round4(scales[0]), round4(scales[1])],
    positions: run.positions.map((position, query) => ({
      text: position.text,
      ...(position.control ? { control: 1 as const } : {}),
      cache:
        digits(cacheRow(run, position.keys, layer), scales[0]) +
        digits(cacheRow(run, position.values, layer), scales[1]),
      reads: Array.from({ length: nQueryHeads * (query + 1) }, (_, i) => {
        const value = thousandths(weight(run, layer, Math.floor(i / (query + 1)), query, i % (query + 1)));
        return value === 0 ? "" : value.toString(36);
      }).join(","),
      ...(position.next.length > 0
        ? { next: position.next.map((c) => [c.text, thousandths(c.probability)] as const) }
        : {}),
    })),
  };
}

const round4 = (x: number) => Number(x.toPrecision(4));

/** The run that a compact one stands for, at the precision it was kept. */
export function expandRun(compact: CompactRun): Run {
  const { nQueryHeads, nKvHeads, headDim } = compact.shape;
  const width = nKvHeads * headDim;
  const row = (digits: string, scale: number) =>
    Float32Array.from(digits, (digit) => levelValue(Number.parseInt(digit, 36), scale));
  const positions = compact.positions.map((position, query): Position => {
    const reads = position.reads.split(",").map((text) => Number.parseInt(text || "0", 36) / 1000);
    if (reads.length !== nQueryHeads * (query + 1) || position.cache.length !== 2 * width) {
      throw new RangeError(`position ${query} of the recorded run is cut off`);
    }
    return {
      text: position.text,
      control: position.control === 1,
      keys: row(position.cache.slice(0, width), at(compact.scales, 0)),
      values: row(position.cache.slice(width), at(compact.scales, 1)),
      reads: Float32Array.from(reads),
      next: (position.next ?? []).map(([text, share]) => ({ text, probability: share / 1000 })),
    };
  });
  return {
    source: compact.source,
    shape: compact.shape,
    layers: [compact.layer],
    promptLength: compact.promptLength,
    positions,
    kvBytes: compact.kvBytes,
    kvBytesPerToken: compact.kvBytesPerToken,
    origin: "recorded",
    finished: true,
  };
}

/** Middle of a barcode level. */
function levelValue(level: number, scale: number): number {
  return (level / (BARCODE_LEVELS - 1)) * 2 * scale - scale;
}
