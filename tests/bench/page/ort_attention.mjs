// onnxruntime-web's GroupQueryAttention in this page: one new token of 8 heads of 64 over a past, one thread of wasm.
// Two clocks: the operator as onnxruntime's own profiler times it, and the whole run() as a caller sees it.
import { groupQueryAttentionModel } from "../onnx_gqa.mjs";

let ort = null;
let printed = null; // lines the runtime prints while a profile is read

/** The wasm build prints its profile with the console.log it found at start-up, so that is replaced before. */
async function loadRuntime() {
  if (ort) return ort;
  const log = console.log;
  console.log = (...words) => (printed ? printed.push(words.join(" ")) : log.apply(console, words));
  ort = await import("/ort/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = "/ort/";
  ort.env.logLevel = "error";
  return ort;
}

const fill = (length, seed) => {
  const data = new Float32Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return data;
};

/** Microseconds of each of `runs` runs by the profiler, and the mean of the same runs end to end. */
export async function ortAttention({ heads, kvHeads, dim, past, runs, warmUp }) {
  const { InferenceSession, Tensor } = await loadRuntime();
  const session = await InferenceSession.create(groupQueryAttentionModel({ heads, kvHeads, dim }), {
    executionProviders: ["wasm"],
    enableProfiling: true,
    graphOptimizationLevel: "all",
  });
  const f32 = (shape, seed) =>
    new Tensor(
      "float32",
      fill(
        shape.reduce((a, b) => a * b),
        seed,
      ),
      shape,
    );
  const feeds = {
    query: f32([1, 1, heads * dim], 1),
    key: f32([1, 1, kvHeads * dim], 2),
    value: f32([1, 1, kvHeads * dim], 3),
    past_key: f32([1, kvHeads, past, dim], 4),
    past_value: f32([1, kvHeads, past, dim], 5),
    seqlens_k: new Tensor("int32", Int32Array.of(past), [1]),
    total_sequence_length: new Tensor("int32", Int32Array.of(past + 1), []),
  };
  for (let i = 0; i < warmUp; i++) await session.run(feeds);
  const start = performance.now();
  for (let i = 0; i < runs; i++) await session.run(feeds);
  const endToEnd = ((performance.now() - start) * 1000) / runs;

  printed = [];
  session.endProfiling();
  const events = JSON.parse(printed.join("\n"));
  printed = null;
  await session.release();
  const operator = events.filter((event) => event.name === "attention_kernel_time").map((event) => event.dur);
  if (operator.length !== warmUp + runs) throw new Error(`profile holds ${operator.length} runs`);
  return { operator: operator.slice(warmUp), endToEnd };
}
