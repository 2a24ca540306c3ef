// What the page must show, computed here in Node by the package: one answer everywhere makes every number an equality.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { load } from "../../../dist/index.js";
import { translate } from "../../../dist/tasks/index.js";

const modelFile = fileURLToPath(new URL("../../../models/onehead-tiny/onehead-tiny.q8_0.gguf", import.meta.url));

let model = null;

export async function shippedModel() {
  model ??= await load(new Uint8Array(await readFile(modelFile)), { runtime: { worker: false } });
  return model;
}

/** One sentence's run: its tokens, the trace of all layers, and the likeliest tokens after each position. */
export async function expectedRun(text) {
  const { info } = await shippedModel();
  const { sentences } = await translate(model, text, { candidates: 6 }).result();
  if (sentences.length !== 1) throw new Error(`“${text}” is ${sentences.length} sentences`);
  const [sentence] = sentences;
  const ids = [...sentence.promptIds, ...sentence.tokens.map((token) => token.id)];
  const { attention, keys, values, tokens } = await model.trace(ids, {
    layers: "all",
    heads: "all",
    queries: "all",
    include: ["attention", "keys", "values"],
  });
  const session = await model.createSession();
  await session.append(ids);
  const { kvBytes } = session;
  session.dispose();
  const promptLength = sentence.promptIds.length;
  return {
    text: sentence.text,
    tokens,
    promptLength,
    info,
    kvBytes,
    weight: (layer, head, query, key) => element(attention, layer, head, query, key),
    keys: (layer, position) => cacheRow(keys, layer, position),
    values: (layer, position) => cacheRow(values, layer, position),
    candidates: (query) => sentence.tokens[query - promptLength + 1]?.candidates,
  };
}

function element({ data, shape }, ...index) {
  return data[index.reduce((at, i, axis) => at * shape[axis] + i, 0)];
}

/** All K/V heads of a layer at one position, side by side. */
function cacheRow({ data, shape: [, heads, positions, dim] }, layer, position) {
  const row = [];
  for (let head = 0; head < heads; head++) {
    const begin = ((layer * heads + head) * positions + position) * dim;
    row.push(...data.subarray(begin, begin + dim));
  }
  return row;
}
