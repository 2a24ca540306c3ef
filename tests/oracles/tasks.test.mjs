// Answers of the shipped model from the wasm build, by the scores that the training takes on the same questions.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { load } from "../../dist/index.js";
import { answer } from "../../dist/tasks/index.js";
import { python, repo, shippedModel, taskRows, work } from "./support.mjs";

// What the model card claims is what the wasm build must give; rounding of activations may move a few answers.
const tolerance = 0.015;
/** Below these a new model is not to be shipped. */
const least = { babi: 0.69, squad: 0.38 };
const card = JSON.parse(await readFile(join(repo, "models/onehead-tiny/scores.json"), "utf8")).tasks;

test("bAbI and SQuAD: questions about passages that were not trained on", async (context) => {
  const model = await load(new Uint8Array(await readFile(shippedModel)), { runtime: { worker: false } });
  const answers = { babi: await answerAll(model, taskRows("babi")), squad: await answerAll(model, taskRows("squad")) };
  model.dispose();
  const file = join(work, "answers.json");
  await writeFile(file, JSON.stringify(answers));
  const scores = JSON.parse(await python("tests/oracles/score_answers.py", file));
  for (const [name, claimed] of [
    ["babi", card.babi.accuracy],
    ["squad", card.squad.f1],
  ]) {
    context.diagnostic(`${name}: ${(100 * scores[name]).toFixed(1)} %, the card says ${(100 * claimed).toFixed(1)} %`);
    assert.ok(Math.abs(scores[name] - claimed) <= tolerance, `${name}: ${scores[name]}, the card says ${claimed}`);
    assert.ok(scores[name] >= least[name], `${name}: ${scores[name]}`);
  }
});

async function answerAll(model, rows) {
  const said = new Array(rows.length);
  let next = 0;
  const lane = async () => {
    while (next < rows.length) {
      const i = next++;
      said[i] = await answerFromTheEnd(model, rows[i][1], rows[i][2]);
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return said;
}

/** From the last sentences of the passage, where all do not fit. */
async function answerFromTheEnd(model, passage, question) {
  try {
    return (await answer(model, passage, question, { maxTokens: 20 }).result()).text ?? "";
  } catch (error) {
    const next = passage.indexOf(". ") + 2;
    if (error.code !== "context-full" || next < 2) throw error;
    return answerFromTheEnd(model, passage.slice(next), question);
  }
}
