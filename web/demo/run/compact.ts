// One layer of a run as a short JSON text, for the recorded run inside the page. Attention weights and probabilities are
// kept bit for bit, since rounding twice may draw another number; cache values in the barcode's levels, which is all that
// is drawn of them.

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
  /** Weights [query head, key] as little-endian f32, in base64. */
  readonly reads: string;
  readonly next?: readonly (readonly [text: string, probability: number])[];
}

const rounded = (x: number) => Number(x.toPrecision(6));

function toBase64(numbers: Float32Array): string {
  const view = new DataView(new ArrayBuffer(numbers.length * 4));
  numbers.forEach((x, i) => {
    view.setFloat32(i * 4, x, true);
  });
  return btoa(String.fromCharCode(...new Uint8Array(view.buffer)));
}

function fromBase64(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getFloat32(i * 4, true));
}

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
    scales: [rounded(scales[0]), rounded(scales[1])],
    positions: run.positions.map((position, query) => ({
      text: position.text,
      ...(position.control ? { control: 1 as const } : {}),
      cache:
        digits(cacheRow(run, position.keys, layer), scales[0]) +
        digits(cacheRow(run, position.values, layer), scales[1]),
      reads: toBase64(
        Float32Array.from({ length: nQueryHeads * (query + 1) }, (_, i) =>
          weight(run, layer, Math.floor(i / (query + 1)), query, i % (query + 1)),
        ),
      ),
      ...(position.next.length > 0 ? { next: position.next.map((c) => [c.text, c.probability] as const) } : {}),
    })),
  };
}

/** The run that a compact one stands for, at the precision it was kept. */
export function expandRun(compact: CompactRun): Run {
  const { nQueryHeads, nKvHeads, headDim } = compact.shape;
  const width = nKvHeads * headDim;
  const row = (digits: string, scale: number) =>
    Float32Array.from(digits, (digit) => levelValue(Number.parseInt(digit, 36), scale));
  const positions = compact.positions.map((position, query): Position => {
    const reads = fromBase64(position.reads);
    if (reads.length !== nQueryHeads * (query + 1) || position.cache.length !== 2 * width) {
      throw new RangeError(`position ${query} of the recorded run is cut off`);
    }
    return {
      text: position.text,
      control: position.control === 1,
      keys: row(position.cache.slice(0, width), at(compact.scales, 0)),
      values: row(position.cache.slice(width), at(compact.scales, 1)),
      reads,
      next: (position.next ?? []).map(([text, probability]) => ({ text, probability })),
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
