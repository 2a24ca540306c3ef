// What one translation left behind, position by position: everything the page draws comes from here.

/** A token the model held likely at some step. */
export interface Candidate {
  readonly text: string;
  readonly probability: number;
}

/** One token's row of the ledger: what it wrote into the K/V cache, once, and what its queries read there. */
export interface Position {
  /** What the token adds to the text; a control token's name. */
  readonly text: string;
  readonly control: boolean;
  /** [held layer, K/V head, dim] */
  readonly keys: Float32Array;
  /** [held layer, K/V head, dim] */
  readonly values: Float32Array;
  /** Attention weights [held layer, query head, position 0 … this one]. */
  readonly reads: Float32Array;
  /** The likeliest next tokens, best first; empty inside the prompt. */
  readonly next: readonly Candidate[];
  /** Where it stands in the text, if some rows of it are folded or left out. */
  readonly place?: number;
  /** How many tokens this row stands for, if it stands for several: it has no key and value of its own then. */
  readonly folded?: number;
}

export interface RunShape {
  readonly nLayers: number;
  readonly nQueryHeads: number;
  readonly nKvHeads: number;
  readonly headDim: number;
}

export interface RunTimings {
  readonly timeToFirstTokenMs: number;
  readonly tokensPerSecond: number | undefined;
}

export interface Run {
  /** The English sentence. */
  readonly source: string;
  readonly shape: RunShape;
  /** Layers whose numbers are held; a recorded run has one. */
  readonly layers: readonly number[];
  /** Positions of the prompt; the rest is the translation. */
  readonly promptLength: number;
  readonly positions: readonly Position[];
  /** The engine's own count for this sequence's K/V cache. */
  readonly kvBytes: number;
  readonly kvBytesPerToken: number;
  readonly origin: "recorded" | "live";
  readonly finished: boolean;
  readonly timings?: RunTimings | undefined;
  /** Positions that a query of the held layers sees, itself included; absent or 0: all. */
  readonly window?: number;
  /** The first of the heads that are held, if not all are: `shape` counts only those. */
  readonly firstHead?: number;
  readonly firstKvHead?: number;
  /** What fills the barcode's tint, if not the sentence's largest numbers. */
  readonly scales?: { readonly keys: number; readonly values: number };
}

/** An element known to be there: loops below run over lengths they have checked. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  return list[index] as T;
}

/** Index of a layer among those held. */
export function heldLayer(run: Run, layer: number): number {
  const index = run.layers.indexOf(layer);
  if (index < 0) throw new RangeError(`layer ${layer} is not held by this run`);
  return index;
}

/** Whether it is known what this position's queries read. */
export const isTraced = (run: Run, query: number): boolean => at(run.positions, query).reads.length > 0;

/** Weight that the query of `head` at position `query` gives to `key`; 0 behind the causal mask or if not traced. */
export function weight(run: Run, layer: number, head: number, query: number, key: number): number {
  if (key > query || !isTraced(run, query)) return 0;
  const row = (heldLayer(run, layer) * run.shape.nQueryHeads + head) * (query + 1);
  return at(at(run.positions, query).reads, row + key);
}

/** Where a position stands in the whole text. */
export const placeOf = (run: Run, position: number): number => at(run.positions, position).place ?? position;

/** Whether a query of the held layers is too far from a key to see it: out of the layer's window. */
export function outOfWindow(run: Run, query: number, key: number): boolean {
  const { window = 0 } = run;
  return window > 0 && placeOf(run, key) <= placeOf(run, query) - window;
}

/** One position's row of a [held layer, K/V head, dim] tensor: the K/V heads of a layer side by side. */
export function cacheRow(run: Run, tensor: Float32Array, layer: number): Float32Array {
  const length = run.shape.nKvHeads * run.shape.headDim;
  const begin = heldLayer(run, layer) * length;
  return tensor.subarray(begin, begin + length);
}

/** The translation so far. */
export function outputText(run: Run): string {
  return run.positions
    .slice(run.promptLength)
    .map((position) => (position.control ? "" : position.text))
    .join("")
    .trim();
}
