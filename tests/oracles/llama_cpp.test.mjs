// The shipped file in llama.cpp, unchanged: the same token ids, and the same greedy texts but for near ties.
// llama.cpp rounds the scales of quantised activations to f16 and adds in another order, so texts may part where two
// tokens are almost equally likely; each such place is printed with what both engines thought of both tokens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { allLogits, continueGreedily } from "./greedy.mjs";
import { openLlamaCpp } from "./llama_cpp.mjs";
import { decode, devRows, openEngine, promptParts, shippedModel, taskPrompt, taskRows } from "./support.mjs";

/** At least this share of the texts must be equal. */
const leastEqual = 0.95;
const greedyLimit = 100;

const question = ([, passage, words]) => ({ passage, question: words });
const every = (rows, n) => rows.filter((_, i) => i % Math.floor(rows.length / n) === 0).slice(0, n);
const beginnings = ["", "Once upon a time, there was a little cat.", "One day, Tom found a big red ball."];
const asked = {
  translate: devRows(100).map(([text]) => ({ text })),
  classify: devRows(140)
    .slice(100)
    .map(([text]) => ({ text })),
  answer: [...every(taskRows("babi"), 40), ...every(taskRows("squad"), 40)].map(question),
  complete: beginnings.map((text) => ({ text })),
};

test("token ids and greedy texts of every task", async (context) => {
  const engine = await openEngine(shippedModel);
  const llama = await openLlamaCpp(shippedModel);
  for (const [task, prompts] of Object.entries(asked)) {
    let parted = 0;
    for (const words of prompts) {
      const parting = await compare(engine, llama, task, words);
      if (parting === undefined) continue;
      parted++;
      context.diagnostic(`${task} ${JSON.stringify(words)}: ${parting}`);
    }
    const equal = prompts.length - parted;
    context.diagnostic(`llama.cpp ${llama.release}, ${task}: ${equal} of ${prompts.length} greedy texts equal`);
    // Of a few long texts one may part; nothing is asked of their share.
    if (prompts.length > 20) assert.ok(equal >= leastEqual * prompts.length, `${task}: ${parted} differ`);
  }
  await llama.close();
});

/** Undefined where both say the same; else what they say, and by how much each prefers its own where they part. */
async function compare(engine, llama, task, words) {
  const prompt = taskPrompt(engine, task, words);
  const parts = promptParts(engine, task, words).filter(({ text }) => text !== "");
  assert.deepEqual(llama.tokenize(parts), prompt, `token ids of ${JSON.stringify(words)}`);
  const ours = continueGreedily(engine, prompt, greedyLimit);
  const theirs = await llama.greedy(prompt, greedyLimit);
  const at = firstDifference(ours, theirs);
  if (at === ours.length && at === theirs.length) return undefined;
  const common = [...prompt, ...ours.slice(0, at)];
  const { eosId } = engine.info();
  const choices = [ours[at] ?? eosId, theirs[at] ?? eosId];
  const ourLogits = allLogits(engine, common).at(-1);
  const theirLogs = await llama.logProbabilities(common, choices);
  return (
    `ours “${decode(engine, ours)}”, llama.cpp's “${decode(engine, theirs)}”; they part after ${at} tokens, where our choice leads by ` +
    `${(ourLogits[choices[0]] - ourLogits[choices[1]]).toFixed(4)} here and by ${(theirLogs[0] - theirLogs[1]).toFixed(4)} there (logits)`
  );
}

function firstDifference(a, b) {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}
