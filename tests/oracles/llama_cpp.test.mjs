// The shipped file in llama.cpp, unchanged: the same token ids, and the same greedy translations but for near ties.
// llama.cpp rounds the scales of quantised activations to f16 and adds in another order, so texts may part where two
// tokens are almost equally likely; each such place is printed with what both engines thought of both tokens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { allLogits, continueGreedily } from "./greedy.mjs";
import { openLlamaCpp } from "./llama_cpp.mjs";
import { decode, devRows, openEngine, shippedModel, translationPrompt } from "./support.mjs";

const count = 100;
const leastEqual = 95;
const greedyLimit = 100;

test(`${count} dev sentences: token ids and greedy texts`, async (context) => {
  const engine = await openEngine(shippedModel);
  const llama = await openLlamaCpp(shippedModel);
  const [before, after] = JSON.parse(engine.metadataJson())["onehead.task.translate.prompt"].split("{text}");
  const partings = [];
  for (const [english] of devRows(count)) {
    const prompt = translationPrompt(engine, english);
    assert.deepEqual(llama.tokenize(before, english, after), prompt, `token ids of “${english}”`);
    const ours = continueGreedily(engine, prompt, greedyLimit);
    const theirs = await llama.greedy(prompt, greedyLimit);
    const ourText = decode(engine, ours);
    const theirText = decode(engine, theirs);
    if (ourText === theirText) continue;
    const at = firstDifference(ours, theirs);
    const common = [...prompt, ...ours.slice(0, at)];
    const { eosId } = engine.info();
    const choices = [ours[at] ?? eosId, theirs[at] ?? eosId];
    const ourLogits = allLogits(engine, common).at(-1);
    const theirLogs = await llama.logProbabilities(common, choices);
    partings.push(
      `“${english}”: ours “${ourText}”, llama.cpp's “${theirText}”; they part after ${at} tokens, where our choice leads by ` +
        `${(ourLogits[choices[0]] - ourLogits[choices[1]]).toFixed(4)} here and by ${(theirLogs[0] - theirLogs[1]).toFixed(4)} there (logits)`,
    );
  }
  for (const parting of partings) context.diagnostic(parting);
  context.diagnostic(`llama.cpp ${llama.release}: ${count - partings.length} of ${count} greedy texts equal`);
  await llama.close();
  assert.ok(count - partings.length >= leastEqual, `${partings.length} of ${count} differ`);
});

function firstDifference(a, b) {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}
