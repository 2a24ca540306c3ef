// One thread of page/machine.mjs, over the kernels as a wasm module of their own.
import { instantiate } from "/tests/bench/kernel_module.mjs";

const q8 = 8; // WeightType::kQ8_0
let bench = null;

async function open(variant) {
  const { default: create } = await import(`/build/bench/kernel-bench-${variant}.js`);
  const module = await WebAssembly.compileStreaming(fetch(`/build/bench/kernel-bench-${variant}.wasm`));
  bench = await instantiate(create, module);
}

/** Amount per second over about a second, after as much warm-up as an engine needs to compile well. */
function rate(run) {
  for (let i = 0; i < 10; i++) run();
  let amount = 0;
  const start = performance.now();
  while (performance.now() - start < 1000) amount += run();
  return (amount / (performance.now() - start)) * 1000;
}

const kMegabytes = 256; // about a model
const portions = {
  readRun: () => bench.readRun(1, kMegabytes),
  mulAddRun: () => bench.mulAddRun(64),
};

self.onmessage = async ({ data }) => {
  try {
    if (data.prepare) {
      await open(data.prepare);
      portions.readRun();
      self.postMessage({});
    } else if (data.measure) {
      self.postMessage({ rate: rate(portions[data.measure]) });
    } else {
      const { gemm, outputs, columns, rows } = data;
      await open(gemm);
      bench.matmulPrepare(q8, outputs, columns, rows, bench.intDot());
      self.postMessage({
        rate: rate(() => {
          bench.matmulRun(4);
          return 4 * outputs * columns * rows;
        }),
      });
    }
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
