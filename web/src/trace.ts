// From the rows that the engine traced to the tensors of a Trace.

import type { Engine } from "./engine.js";
import { OneheadError } from "./errors.js";
import type { WireTrace } from "./protocol.js";
import { type RawEngine, TraceFlag } from "./raw_engine.js";
import type { Tensor, Trace, TracedToken, TraceTensor } from "./types.js";

export interface TraceShape {
  nLayers: number;
  nQueryHeads: number;
  nKvHeads: number;
  headDim: number;
  modelDim: number;
}

interface TracedRow {
  position: number;
  /** [layers][heads][position + 1] */
  attention: Float32Array | undefined;
  /** [layers][heads][headDim] */
  queries: Float32Array | undefined;
  /** [layers + 1][modelDim] */
  hidden: Float32Array | undefined;
}

/** Keys and values of the positions [begin, end): `[layers][kvHeads]` arrays of `[end - begin][headDim]`. */
interface TracedKv {
  begin: number;
  end: number;
  keys: readonly Float32Array[];
  values: readonly Float32Array[];
}

function choose(given: readonly number[] | "all", n: number, what: string): number[] {
  if (given === "all") return Array.from({ length: n }, (_, i) => i);
  const outside = given.find((i) => i >= n);
  if (outside !== undefined) {
    throw new OneheadError("bad-argument", `trace.${what}: there is no ${outside}; this model has ${n}, from 0.`);
  }
  return [...new Set(given)].sort((a, b) => a - b);
}

/** Listens to the rows of one job. */
export class TraceTap {
  readonly layers: readonly number[];
  readonly heads: readonly number[];
  /** Taps with equal keys want the same of the engine. */
  readonly key: string;
  /** Rows must be traced; keys and values can be read without. */
  readonly wantsRows: boolean;
  readonly #shape: TraceShape;
  readonly #include: ReadonlySet<TraceTensor>;
  #rows: TracedRow[] = [];
  #kv: TracedKv[] = [];

  constructor(wire: WireTrace, shape: TraceShape) {
    this.#shape = shape;
    this.layers = choose(wire.layers, shape.nLayers, "layers");
    this.heads = choose(wire.heads, shape.nQueryHeads, "heads");
    this.#include = new Set(wire.include);
    this.wantsRows = this.#flags() !== 0;
    this.key = JSON.stringify([this.layers, this.heads, this.#flags()]);
  }

  #flags(): number {
    const wants = (name: TraceTensor, flag: number) => (this.#include.has(name) ? flag : 0);
    return (
      wants("attention", TraceFlag.attention) | wants("queries", TraceFlag.queries) | wants("hidden", TraceFlag.hidden)
    );
  }

  configure(engine: Engine): void {
    engine.check((raw) => {
      const ids = raw.idsBuffer(this.layers.length + this.heads.length);
      ids.set([...this.layers, ...this.heads]);
      return raw.setTrace(this.layers.length, this.heads.length, this.#flags());
    });
  }

  /** Bytes of a trace with this many asking rows, keys and positions. */
  bytes(nQueries: number, nKeys: number, nPositions: number): number {
    const { headDim, nKvHeads, modelDim } = this.#shape;
    const perHead = this.layers.length * this.heads.length;
    const perPosition = this.layers.length * nKvHeads * headDim * nPositions;
    const size: Record<TraceTensor, number> = {
      attention: perHead * nQueries * nKeys,
      queries: perHead * nQueries * headDim,
      hidden: (this.layers.length + 1) * nQueries * modelDim,
      keys: perPosition,
      values: perPosition,
    };
    return 4 * [...this.#include].reduce((sum, name) => sum + size[name], 0);
  }

  /** Copies the i-th traced row of the last pass. */
  take(engine: Engine, i: number, position: number): void {
    const copy = (name: TraceTensor, read: (raw: RawEngine) => Float32Array) =>
      this.#include.has(name) ? engine.call((raw) => read(raw).slice()) : undefined;
    this.#rows.push({
      position,
      attention: copy("attention", (raw) => raw.traceAttention(i)),
      queries: copy("queries", (raw) => raw.traceQueries(i)),
      hidden: copy("hidden", (raw) => raw.traceHidden(i)),
    });
  }

  /** Copies keys and values of the positions that the last pass has read: a layer's window may let go of them soon. */
  takeKv(engine: Engine, session: number, begin: number, end: number): void {
    const copy = (name: TraceTensor, which: 0 | 1) => {
      if (!this.#include.has(name)) return [];
      return this.layers.flatMap((layer) =>
        Array.from({ length: this.#shape.nKvHeads }, (_, head) =>
          engine.call((raw) => raw.readKv(session, layer, head, which, begin, end)).slice(),
        ),
      );
    };
    if (!this.#include.has("keys") && !this.#include.has("values")) return;
    this.#kv.push({ begin, end, keys: copy("keys", 0), values: copy("values", 1) });
  }

  /** The trace of the rows since the last call; keys, values and tokens of the positions from `begin` to `end`. */
  collect(begin: number, end: number, tokens: TracedToken[]): Trace {
    const [rows, kv] = [this.#rows, this.#kv];
    this.#rows = [];
    this.#kv = [];
    return {
      layers: this.layers,
      heads: this.heads,
      queryPositions: rows.map((row) => row.position),
      positions: Array.from({ length: end - begin }, (_, i) => begin + i),
      tokens,
      ...(this.#include.has("attention") && { attention: this.#attention(rows) }),
      ...(this.#include.has("queries") && { queries: this.#queries(rows) }),
      ...(this.#include.has("keys") && { keys: this.#assembled(kv, "keys", begin, end) }),
      ...(this.#include.has("values") && { values: this.#assembled(kv, "values", begin, end) }),
      ...(this.#include.has("hidden") && { hidden: this.#hidden(rows) }),
    };
  }

  #attention(rows: readonly TracedRow[]): Tensor {
    const nKeys = Math.max(0, ...rows.map((row) => row.position + 1));
    const nPairs = this.layers.length * this.heads.length;
    const data = new Float32Array(nPairs * rows.length * nKeys);
    rows.forEach(({ attention, position }, q) => {
      for (let pair = 0; pair < nPairs; ++pair) {
        const weights = attention?.subarray(pair * (position + 1), (pair + 1) * (position + 1));
        data.set(weights ?? [], (pair * rows.length + q) * nKeys);
      }
    });
    const shape = [this.layers.length, this.heads.length, rows.length, nKeys];
    return { data, shape, axes: ["layer", "head", "query", "key"] };
  }

  #queries(rows: readonly TracedRow[]): Tensor {
    const data = interleave(
      rows.map((row) => row.queries),
      this.#shape.headDim,
    );
    const shape = [this.layers.length, this.heads.length, rows.length, this.#shape.headDim];
    return { data, shape, axes: ["layer", "head", "query", "dim"] };
  }

  #hidden(rows: readonly TracedRow[]): Tensor {
    const data = interleave(
      rows.map((row) => row.hidden),
      this.#shape.modelDim,
    );
    const shape = [this.layers.length + 1, rows.length, this.#shape.modelDim];
    return { data, shape, axes: ["layer", "query", "dim"] };
  }

  #assembled(parts: readonly TracedKv[], name: "keys" | "values", begin: number, end: number): Tensor {
    const { nKvHeads, headDim } = this.#shape;
    const nPositions = end - begin;
    const nPairs = this.layers.length * nKvHeads;
    const data = new Float32Array(nPairs * nPositions * headDim);
    for (const part of parts) {
      // A past that had to be read again is not part of the text.
      const before = Math.max(0, Math.min(begin, part.end) - part.begin);
      for (let pair = 0; pair < nPairs; ++pair) {
        const rows = (part[name][pair] as Float32Array).subarray(before * headDim);
        data.set(rows, (pair * nPositions + Math.max(0, part.begin - begin)) * headDim);
      }
    }
    const shape = [this.layers.length, nKvHeads, nPositions, headDim];
    return { data, shape, axes: ["layer", "kvHead", "position", "dim"] };
  }
}

/** Rows of `[group][dim]` each, to `[group][row][dim]`. */
function interleave(rows: readonly (Float32Array | undefined)[], dim: number): Float32Array {
  const nGroups = (rows[0]?.length ?? 0) / dim;
  const data = new Float32Array(nGroups * rows.length * dim);
  rows.forEach((row, r) => {
    for (let group = 0; group < nGroups; ++group) {
      data.set(row?.subarray(group * dim, (group + 1) * dim) ?? [], (group * rows.length + r) * dim);
    }
  });
  return data;
}

/** Every number buffer of a trace, to hand over instead of copying. */
export function traceBuffers(trace: Trace | undefined): ArrayBuffer[] {
  if (!trace) return [];
  return [trace.attention, trace.queries, trace.keys, trace.values, trace.hidden].flatMap((tensor) =>
    tensor ? [tensor.data.buffer as ArrayBuffer] : [],
  );
}
