// wllama, one thread unless told otherwise, on the CPU. Its own timings say how long prompt and steps took.
import { storedModel } from "./storage.mjs";

const charactersPerToken = 4.6;

export function wllama(text) {
  let instance = null;

  /** A prompt of about so many tokens from some place of the text, so that no cached one begins like it. */
  const prompt = (tokens, begin) => {
    const at = Math.round(begin * charactersPerToken);
    return text.slice(at, at + Math.round(tokens * charactersPerToken));
  };

  async function complete(words, maxTokens) {
    const { timings } = await instance.createCompletion({
      prompt: words,
      max_tokens: maxTokens,
      temperature: 0,
      stream: false,
    });
    return timings;
  }

  return {
    async open(name, { threads = 1, context = 4096 } = {}) {
      const { Wllama } = await import("/tests/bench/node_modules/@wllama/wllama/esm/index.js");
      const start = performance.now();
      const quiet = { debug() {}, log() {}, warn() {}, error: console.warn };
      instance = new Wllama(
        { default: "/tests/bench/node_modules/@wllama/wllama/esm/wasm/wllama.wasm" },
        { suppressNativeLog: true, logger: quiet },
      );
      await instance.loadModel([await storedModel(name)], {
        n_threads: threads,
        n_gpu_layers: 0,
        n_ctx: context,
        n_parallel: 1,
        n_batch: 512,
      });
      const loaded = performance.now() - start;
      await complete("The war", 1);
      return { loaded, firstToken: performance.now() - start, threads: instance.getNumThreads() };
    },

    async prefill(tokens, begin = 0) {
      const { prompt_n: count, prompt_ms: ms } = await complete(prompt(tokens, begin), 1);
      return { tokens: count, ms };
    },

    async decode(context, steps, begin = 0) {
      const timings = await complete(prompt(context, begin), steps);
      return {
        context: timings.prompt_n,
        steps: timings.predicted_n - 1,
        ms: timings.predicted_ms,
        prompt: { tokens: timings.prompt_n, ms: timings.prompt_ms },
      };
    },

    async close() {
      await instance?.exit();
      instance = null;
    },
  };
}
