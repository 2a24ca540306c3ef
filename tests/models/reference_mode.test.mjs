// The reference mode (precision "f32", f32 cache) against `transformers`, in f32 on the dequantised weights.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { load } from "../../dist/index.js";
import { chats } from "./chats.mjs";
import { modelPath, nativeProgram, publicModels, python, textIds, writeIds } from "./support.mjs";

const positions = 500;
const greatestMean = 1e-6;
const answerTokens = 64;
const widestGap = 0.02;

/** Greedy answers of the wasm build, all chats side by side: ids of prompts and answers. */
async function answers() {
  const file = new Uint8Array(await readFile(modelPath(publicModels.smollm)));
  const options = { precision: "f32", cache: "f32", contextLength: 512, runtime: { worker: false } };
  const model = await load(file, options);
  try {
    return await Promise.all(
      chats.map(async (question) => {
        const prompt = [...(await model.encode(chatPrompt(question), { special: true }))];
        const answer = [];
        for await (const token of model.generate(prompt, { maxTokens: answerTokens })) answer.push(token.id);
        return { prompt, answer };
      }),
    );
  } finally {
    model.dispose();
  }
}

const chatPrompt = (question) =>
  "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n" +
  `<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`;

for (const [name, model] of Object.entries(publicModels))
  test(`${model.title}: logits of ${positions} positions`, async (context) => {
    const ids = textIds(name).slice(0, positions);
    const file = writeIds(`${name}.reference`, ids);
    const program = nativeProgram("model_logits");
    const command = [program, modelPath(model), file, positions, "precision=f32", "cache=f32"].map(String);
    const spec = { model: modelPath(model), ids, command };
    if (name === "smollm") spec.answers = await answers();
    const result = await python("against_transformers", spec);
    const { mean, max, worstLogit } = result.logits;
    context.diagnostic(
      `${result.versions}: mean KL ${mean.toExponential(2)}, largest ${max.toExponential(2)}, largest difference of a logit ${worstLogit.toExponential(2)}`,
    );
    assert.equal(result.logits.positions, positions);
    assert.ok(mean <= greatestMean, `the mean KL divergence is ${mean}`);
    if (!spec.answers) return;
    assert.equal(result.answers.length, chats.length);
    const tokens = result.answers.reduce((sum, one) => sum + one.tokens, 0);
    const others = result.answers.reduce((sum, one) => sum + one.others, 0);
    const gap = Math.max(...result.answers.map((one) => one.widestGap));
    context.diagnostic(
      `${chats.length} chats of ${answerTokens} tokens: ${others} of ${tokens} tokens are not transformers' own, by at most ${gap.toExponential(2)}`,
    );
    assert.ok(tokens > chats.length * 20, `the answers have only ${tokens} tokens`);
    assert.ok(gap < widestGap, `transformers likes another token better by ${gap}`);
  });
