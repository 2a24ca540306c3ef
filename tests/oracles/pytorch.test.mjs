// The shipped model against PyTorch, same weights: both read the file with its weights as F32.
import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { load } from "../../dist/index.js";
import { allLogits, continueGreedily } from "./greedy.mjs";
import { dequantizedModel, devFile, devRows, openEngine, python, taskPrompt, work } from "./support.mjs";

const count = 200;
const greedyLimit = 100;

test(`${count} dev sentences: token ids, every logit, greedy texts and attention weights`, async (context) => {
  const file = await dequantizedModel();
  const torchFolder = join(work, "pytorch");
  const ourFolder = join(work, "onehead");
  for (const folder of [torchFolder, ourFolder]) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  const words = ["--gguf", file, "--sentences", devFile, "--out", torchFolder, "--count", count];
  await python("training/dump_oracle.py", ...words, "--limit", greedyLimit, "--attention", "--threads", 1);

  const engine = await openEngine(file);
  const model = await load(new Uint8Array(await readFile(file)), { runtime: { worker: false } });
  const ids = [];
  for (const [i, [english]] of devRows(count).entries()) {
    const prompt = taskPrompt(engine, "translate", { text: english });
    const greedy = continueGreedily(engine, prompt, greedyLimit);
    const tokens = [...prompt, ...greedy];
    ids.push({ prompt, greedy });
    await writeFile(join(ourFolder, `${i}.logits.f32`), joined(allLogits(engine, tokens)));
    const { attention } = await model.trace(tokens, { layers: "all", heads: "all", queries: "all" });
    assert.deepEqual(attention.axes, ["layer", "head", "query", "key"]);
    assert.deepEqual(attention.shape.slice(2), [tokens.length, tokens.length]);
    await writeFile(join(ourFolder, `${i}.attention.f32`), joined([attention.data]));
  }
  model.dispose();
  await writeFile(join(ourFolder, "ids.json"), JSON.stringify(ids));

  const result = JSON.parse(await python("tests/oracles/compare_pytorch.py", torchFolder, ourFolder));
  const { worst } = result;
  context.diagnostic(
    `${result.sentences} sentences, ${result.positions} positions, ${result.weights} attention weights; largest difference of a logit ${worst.logits.toExponential(2)}, ` +
      `of an attention weight ${worst.attention.toExponential(2)}, of a row's sum from 1 ${worst.row_sum.toExponential(2)}`,
  );
  assert.deepEqual(result.other_ids, [], "prompt ids or greedy ids differ");
  assert.ok(worst.logits <= 2e-3, `a logit differs by ${worst.logits}`);
  assert.ok(worst.attention <= 1e-4, `an attention weight differs by ${worst.attention}`);
  assert.ok(worst.row_sum <= 1e-5, `a row of attention weights sums to 1 ± ${worst.row_sum}`);
  for (const folder of [torchFolder, ourFolder]) await rm(folder, { recursive: true });
});

function joined(arrays) {
  const out = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    out.set(array, at);
    at += array.length;
  }
  return out;
}
