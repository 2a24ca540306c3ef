// A made-up run for tests of the pictures: seeded numbers, rows that sum to 1. It never leaves the tests.

import type { Position, Run } from "../../web/demo/run/run";

/** mulberry32 */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface SyntheticOptions {
  readonly prompt?: readonly string[];
  readonly output?: readonly string[];
  readonly layers?: readonly number[];
  readonly nQueryHeads?: number;
  readonly nKvHeads?: number;
  readonly headDim?: number;
  readonly seed?: number;
}

const PROMPT = ["<s>", "<en>", "The", " cat", " pur", "rs", ".", "<es>"];
const OUTPUT = ["El", " gato", " ron", "ro", "nea", "."];

export function syntheticRun(options: SyntheticOptions = {}): Run {
  const { prompt = PROMPT, output = OUTPUT, layers = [0, 1, 2], headDim = 8, seed = 1 } = options;
  const { nQueryHeads = 8, nKvHeads = 1 } = options;
  const next = random(seed);
  const texts = [...prompt, ...output];
  const cache = () => Float32Array.from({ length: layers.length * nKvHeads * headDim }, () => next() * 4 - 2);
  const positions = texts.map((text, position): Position => {
    const reads: number[] = [];
    for (let row = 0; row < layers.length * nQueryHeads; row++) {
      const raw = Array.from({ length: position + 1 }, () => {
        const x = next();
        const cube = x * x * x; // few large weights, many small ones
        return cube * cube;
      });
      const sum = raw.reduce((a, b) => a + b, 0);
      reads.push(...raw.map((x) => x / sum));
    }
    const likely = position >= prompt.length - 1 && position + 1 < texts.length;
    return {
      text,
      control: /^<\w+>$/.test(text),
      keys: cache(),
      values: cache(),
      reads: Float32Array.from(reads),
      next: likely
        ? [
            { text: texts[position + 1] as string, probability: 0.7 },
            { text: " otro", probability: 0.2 },
            { text: "", probability: 0.05 },
          ]
        : [],
    };
  });
  return {
    source: "The cat purrs.",
    shape: { nLayers: layers.length, nQueryHeads, nKvHeads, headDim },
    layers,
    promptLength: prompt.length,
    positions,
    kvBytes: 64 * layers.length * nKvHeads * headDim * 8,
    kvBytesPerToken: layers.length * nKvHeads * headDim * 8,
    origin: "live",
    finished: true,
    timings: { timeToFirstTokenMs: 12.3, tokensPerSecond: 812 },
  };
}
