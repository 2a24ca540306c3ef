// The fast mode (int8 activations) against the reference mode, with llama.cpp on the same file beside it: how far the
// logits are off, what the int8 cache adds to that, and how well the text is predicted.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  llamaCpp,
  llamaCppVersion,
  modelPath,
  nativeProgram,
  publicModels,
  python,
  sequenceLength,
  textIds,
  writeIds,
} from "./support.mjs";

const leastTokens = 8000;
const mostByInt8Cache = 1e-3;
const mostPerplexity = 0.005; // of llama.cpp's

for (const [name, model] of Object.entries(publicModels))
  test(`${model.title}: KL divergence and perplexity beside llama.cpp's`, async (context) => {
    const ids = textIds(name);
    const whole = writeIds(`${name}.text`, ids);
    const first = writeIds(`${name}.first`, ids.slice(0, sequenceLength));
    assert.ok(ids.length >= leastTokens);
    const program = nativeProgram("model_logits");
    const ours = (file, ...options) => [program, modelPath(model), file, `${sequenceLength}`, ...options];
    const stream = (command, positions) => ({ command, positions });
    const result = await python("compare", {
      vocabSize: model.vocabSize,
      ids: whole,
      length: sequenceLength,
      streams: {
        reference: stream(ours(first, "precision=f32", "cache=f32"), sequenceLength),
        f32Cache: stream(ours(first, "precision=int8", "cache=f32"), sequenceLength),
        int8Cache: stream(ours(first, "precision=int8", "cache=int8"), sequenceLength),
        fast: stream(ours(whole), ids.length),
        llamaCpp: stream([llamaCpp, "logits", modelPath(model), whole, `${sequenceLength}`], ids.length),
      },
      pairs: [
        ["reference", "f32Cache"],
        ["reference", "int8Cache"],
        ["reference", "llamaCpp"],
      ],
    });
    const [f32Cache, int8Cache, theirs] = result.pairs.map((pair) => pair.mean);
    const { fast, llamaCpp: peer } = result.perplexity;
    const added = int8Cache - f32Cache;
    const apart = fast / peer - 1;
    context.diagnostic(
      `KL from the reference mode over ${sequenceLength} positions: f32 cache ${f32Cache.toExponential(3)}, int8 cache ${int8Cache.toExponential(3)} (adds ${added.toExponential(2)}), llama.cpp ${llamaCppVersion} ${theirs.toExponential(3)} (ours ÷ its ${(f32Cache / theirs).toFixed(2)})`,
    );
    context.diagnostic(
      `perplexity over ${result.predicted.fast} tokens: ${fast.toFixed(4)}, llama.cpp ${peer.toFixed(4)} (${(100 * apart).toFixed(3)} %)`,
    );
    assert.ok(result.pairs.every((pair) => pair.positions === sequenceLength));
    const failures = [];
    if (!(f32Cache <= theirs))
      failures.push(`the fast mode's KL divergence ${f32Cache} is above llama.cpp's ${theirs}`);
    if (!(added <= mostByInt8Cache)) failures.push(`the int8 cache adds ${added}`);
    if (!(Math.abs(apart) <= mostPerplexity)) failures.push(`perplexity ${fast} for llama.cpp's ${peer}`);
    assert.deepEqual(failures, []);
  });
