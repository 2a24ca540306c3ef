// The attention kernel by itself, and what this machine can do at all: reading from memory, multiplying and adding.
import { instantiate } from "../kernel_module.mjs";

const modules = new Map();

async function open(variant) {
  if (!modules.has(variant)) {
    const { default: create } = await import(`/build/bench/kernel-bench-${variant}.js`);
    const module = await WebAssembly.compileStreaming(fetch(`/build/bench/kernel-bench-${variant}.wasm`));
    modules.set(variant, await instantiate(create, module));
  }
  return modules.get(variant);
}

/** Microseconds of one token's attention over the past: the mean of `runs` runs, after `warmUp`. */
export async function attentionSpeed({ variant, cache, heads, kvHeads, dim, past, runs, warmUp }) {
  const bench = await open(variant);
  bench.attentionPrepare(cache === "int8", heads, kvHeads, dim, past);
  // One by one: the engine swaps in optimised code between calls.
  for (let i = 0; i < warmUp; i++) bench.attentionRun(1);
  const start = performance.now();
  bench.attentionRun(runs);
  return ((performance.now() - start) * 1000) / runs;
}

/** Bytes per second read from a buffer larger than the caches, and multiply-add pairs per second in registers. */
export async function machineSpeed({ variant }) {
  const bench = await open(variant);
  const rate = (run, n) => {
    for (let i = 0; i < 10; i++) run(1);
    const start = performance.now();
    const amount = run(n);
    return (amount / (performance.now() - start)) * 1000;
  };
  return { readBytes: rate((n) => bench.readRun(n, 64), 8), mulAdds: rate((n) => bench.mulAddRun(n), 512) };
}
