// A made-up text and its traces for tests of the pictures, with numbers that say where they stand.

import type { Trace } from "onehead";
import { Passage } from "../../../web/demo/own/passage";
import { headPages, type Shape } from "../../../web/demo/own/shape";
import { random } from "../synthetic";

export interface Made {
  readonly passage: Passage;
  readonly shape: Shape;
  /** Weight that a head at a place gives to another place. */
  readonly weight: (head: number, query: number, key: number) => number;
}

export interface MadeOptions {
  readonly length?: number;
  readonly nQueryHeads?: number;
  readonly nKvHeads?: number;
  readonly window?: number;
  readonly border?: number;
  readonly texts?: readonly string[];
}

const DIM = 4;

/** Weights of one query, [head][key], seeded; rows sum to 1 and stay in the window. */
function readsOf(place: number, nHeads: number, window: number): Float32Array {
  const next = random(place + 1);
  const out = new Float32Array(nHeads * (place + 1));
  for (let head = 0; head < nHeads; head++) {
    const raw = Array.from({ length: place + 1 }, (_, key) => (window > 0 && key <= place - window ? 0 : next() ** 4));
    const sum = raw.reduce((a, b) => a + b, 0);
    raw.forEach((x, key) => {
      out[head * (place + 1) + key] = x / sum;
    });
  }
  return out;
}

/** The trace of places [begin, end). */
export function madeTrace(begin: number, end: number, options: MadeOptions = {}, layer = 0): Trace {
  const { nQueryHeads = 4, nKvHeads = 2, window = 0, texts } = options;
  const places = Array.from({ length: end - begin }, (_, i) => begin + i);
  const reads = places.map((place) => readsOf(place, nQueryHeads, window));
  const attention = new Float32Array(nQueryHeads * places.length * end);
  for (let head = 0; head < nQueryHeads; head++) {
    places.forEach((place, query) => {
      const row = reads[query]?.subarray(head * (place + 1), (head + 1) * (place + 1)) ?? [];
      attention.set(row, (head * places.length + query) * end);
    });
  }
  const cache = (sign: number) => ({
    data: Float32Array.from({ length: nKvHeads * places.length * DIM }, (_, i) => {
      const head = Math.floor(i / (places.length * DIM));
      const place = places[Math.floor(i / DIM) % places.length] as number;
      return sign * (head * 1000 + place + (i % DIM) / 10);
    }),
    shape: [1, nKvHeads, places.length, DIM],
    axes: ["layer", "kvHead", "position", "dim"],
  });
  return {
    layers: [layer],
    heads: Array.from({ length: nQueryHeads }, (_, head) => head),
    queryPositions: places,
    positions: places,
    tokens: places.map((id) => ({ id, text: id === 0 ? "<bos>" : (texts?.[id] ?? ` t${id}`), control: id === 0 })),
    attention: {
      data: attention,
      shape: [1, nQueryHeads, places.length, end],
      axes: ["layer", "head", "query", "key"],
    },
    keys: cache(1),
    values: cache(-1),
  };
}

export function made(options: MadeOptions = {}): Made {
  const { length = 100, nQueryHeads = 4, nKvHeads = 2, window = 0, border = 60 } = options;
  const shape: Shape = { nLayers: 3, nQueryHeads, nKvHeads, headDim: DIM, windows: [window, 0, window] };
  const [heads] = headPages(shape);
  if (heads === undefined) throw new RangeError("a model has heads");
  const passage = new Passage({ layer: 0, heads });
  passage.take(madeTrace(0, length, options));
  passage.border = border;
  return {
    passage,
    shape,
    weight: (head, query, key) => readsOf(query, nQueryHeads, window)[head * (query + 1) + key] as number,
  };
}
