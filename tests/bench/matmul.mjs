// The quantised matrix products by themselves, in Node: GMAC/s for each weight type, number of input rows and way of
// multiplying integers, from cache and from memory.
//   node tests/bench/matmul.mjs [--variant relaxed] [--types Q8_0,Q5_0] [--back-ends 0,3] [--rounds 40]
// Needs a module of `node tools/build-wasm.mjs kernel-bench-relaxed` and Node ≥ 24 (relaxed SIMD). Times are the
// best of short runs taken in turn, so that other work on the machine disturbs all of them alike.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { instantiate } from "./kernel_module.mjs";

const types = { Q4_0: 2, Q4_1: 3, Q5_0: 6, Q5_1: 7, Q8_0: 8, Q4_K: 12, Q5_K: 13, Q6_K: 14 };
const backEnds = ["strict", "signed", "unsigned", "saturating"];

const { values: options } = parseArgs({
  options: {
    variant: { type: "string", default: "relaxed" },
    types: { type: "string", default: Object.keys(types).join(",") },
    "back-ends": { type: "string" },
    rounds: { type: "string", default: "40" },
  },
});
const folder = new URL("../../build/bench/", import.meta.url);
const { default: create } = await import(new URL(`kernel-bench-${options.variant}.js`, folder).href);
const module = new WebAssembly.Module(readFileSync(new URL(`kernel-bench-${options.variant}.wasm`, folder)));
const probe = (await instantiate(create, module)).intDot();
const ways = options["back-ends"]?.split(",").map(Number) ?? [...new Set([0, probe])];
console.log(`engine: ${backEnds[probe]}`);

/** One product, ready to be timed again and again: 640 columns as in Gemma 3 270M, K types 768. */
async function prepare(type, outputs, rows, way) {
  const bench = await instantiate(create, module);
  const columns = type.endsWith("K") ? 768 : 640;
  bench.matmulPrepare(types[type], outputs, columns, rows, way);
  for (let i = 0; i < 30; i++) bench.matmulRun(1); // the engine swaps in optimised code between calls
  const work = outputs * columns * rows;
  const runs = Math.max(1, Math.round(2e7 / work));
  return { work: work * runs, run: () => bench.matmulRun(runs), best: Infinity };
}

for (const [where, outputs, rowCounts] of [
  ["cache", 256, [1, 2, 4]],
  ["prompt", 2048, [64]],
  ["memory", 65536, [1]],
]) {
  for (const rows of rowCounts) {
    for (const way of ways) {
      const cases = new Map();
      for (const type of options.types.split(",")) cases.set(type, await prepare(type, outputs, rows, way));
      for (let round = 0; round < Number(options.rounds); round++) {
        for (const one of cases.values()) {
          const start = performance.now();
          one.run();
          one.best = Math.min(one.best, performance.now() - start);
        }
      }
      const speeds = [...cases].map(([type, one]) => `${type} ${(one.work / one.best / 1e6).toFixed(1)}`);
      console.log(`${where}, ${rows} rows, ${backEnds[way]}: ${speeds.join("  ")}`);
    }
  }
}
