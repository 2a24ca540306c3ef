// llama.cpp, by node-llama-cpp's ready-made CPU build: greedy continuations of token ids, and what it thought of other
// tokens at a position.
import { getLlama } from "node-llama-cpp";

export async function openLlamaCpp(modelPath, { contextSize = 512 } = {}) {
  // One thread: two of them wait for each other busily, which on a shared machine takes minutes.
  const llama = await getLlama({ gpu: false, build: "never", progressLogs: false, logLevel: "error", maxThreads: 1 });
  const model = await llama.loadModel({ modelPath });
  // K and V in f32, as onehead keeps them: by default llama.cpp rounds them to f16.
  const context = await model.createContext({
    contextSize,
    flashAttention: false,
    experimentalKvCacheKeyType: "F32",
    experimentalKvCacheValueType: "F32",
  });
  const sequence = context.getSequence();

  /** Parts of a layout: its own pieces are read with control tokens, the texts between without. */
  const tokenize = (parts) => [
    ...(model.tokens.shouldPrependBosToken ? [model.tokens.bos] : []),
    ...parts.flatMap(({ text, control }) => [...model.tokenize(text, control)]),
  ];

  async function greedy(prompt, maxTokens) {
    await sequence.clearHistory();
    const tokens = [];
    for await (const token of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: false })) {
      tokens.push(token);
      if (tokens.length === maxTokens) break;
    }
    return tokens;
  }

  /** Natural logarithms of the probabilities of `candidates` after `tokens`. */
  async function logProbabilities(tokens, candidates) {
    await sequence.clearHistory();
    const last = tokens.length - 1;
    const input = tokens.map((token, i) =>
      i < last
        ? token
        : [token, { generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1 } } }],
    );
    const { probabilities } = (await sequence.controlledEvaluate(input))[last].next;
    return candidates.map((token) => Math.log(probabilities.get(token) ?? 0));
  }

  return {
    systemInfo: llama.systemInfo,
    release: llama.llamaCppRelease.release,
    tokenize,
    greedy,
    logProbabilities,
    detokenize: (tokens) => model.detokenize(tokens),
    async close() {
      await context.dispose();
      await model.dispose();
      await llama.dispose();
    },
  };
}
