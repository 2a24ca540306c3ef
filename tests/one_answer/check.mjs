// Compares an engine with the golden table, bit for bit. Runs in Node and in a page.
import { hashFloats } from "./fnv.mjs";
import { close, Flag, forward, loadModel, openSession, traceAll } from "./raw_model.mjs";
import { sameBits, ways } from "./ways.mjs";

/** Checks one case of a golden table; gives the differences as sentences and how much was compared. */
export function checkCase(engine, golden) {
  const differences = [];
  const sequence = [...golden.prompt, ...golden.tokens.slice(0, -1)];
  let first = null;
  for (const [name, way] of Object.entries(ways)) {
    const logits = way(engine, sequence, golden.ablate);
    // The first way is compared by hash; the others with it, which says the same and is quicker.
    const wrong = sequence.findIndex((_, position) =>
      first ? !sameBits(logits[position], first[position]) : hashFloats(logits[position]) !== golden.logits[position],
    );
    if (wrong >= 0) differences.push(`${name}: logits differ at position ${wrong}`);
    first ??= logits;
  }
  differences.push(
    ...checkGeneration(engine, golden, Flag.logits),
    ...checkGeneration(engine, golden, Flag.logits | Flag.skipLogprob),
    ...checkTrace(engine, golden),
  );
  return { differences, logitsRows: sequence.length * Object.keys(ways).length };
}

/** With skipLogprob only the most probable token is computed, which may take a way of its own. */
function checkGeneration(engine, golden, flags) {
  const session = openSession(engine, golden.ablate);
  const tokens = [];
  const logprobs = [];
  let rows = golden.prompt.map((token) => ({ session, token }));
  for (; rows.length > engine.maxRows(); rows = rows.slice(engine.maxRows()))
    forward(engine, rows.slice(0, engine.maxRows()));
  rows.at(-1).flags = flags;
  while (tokens.length < golden.tokens.length) {
    forward(engine, rows);
    tokens.push(engine.sampled()[0]);
    logprobs.push(engine.sampledLogprobs()[0]);
    rows = [{ session, token: tokens.at(-1), flags }];
  }
  const ends = engine.isEnd(tokens.at(-1));
  close(engine, session);
  const differences = [];
  if (tokens.join() !== golden.tokens.join()) differences.push(`greedy tokens: ${tokens} for ${golden.tokens}`);
  if (!(flags & Flag.skipLogprob) && logprobs.some((value, i) => !Object.is(value, golden.logprobs[i])))
    differences.push(`log-probabilities: ${logprobs} for ${golden.logprobs}`);
  if (golden.tokens.length < golden.maxTokens && !ends) differences.push("the last token should end the text");
  return differences;
}

function checkTrace(engine, golden) {
  const { nLayers, nQueryHeads, nKvHeads, headDim, modelDim } = engine.info();
  const length = golden.prompt.length;
  const attention = new Float32Array(nLayers * nQueryHeads * length * length);
  const queries = new Float32Array(nLayers * nQueryHeads * length * headDim);
  const hidden = new Float32Array((nLayers + 1) * length * modelDim);
  traceAll(engine, 1 | 2 | 4);
  const session = openSession(engine, golden.ablate);
  const chunk = 16;
  for (let begin = 0; begin < length; begin += chunk) {
    const part = golden.prompt.slice(begin, begin + chunk);
    forward(
      engine,
      part.map((token) => ({ session, token, flags: Flag.trace })),
    );
    for (let i = 0; i < part.length; i++) {
      const position = begin + i;
      const weights = engine.traceAttention(i);
      for (let map = 0; map < nLayers * nQueryHeads; map++)
        attention.set(
          weights.subarray(map * (position + 1), (map + 1) * (position + 1)),
          (map * length + position) * length,
        );
      scatter(queries, engine.traceQueries(i), nLayers * nQueryHeads, headDim, position, length);
      scatter(hidden, engine.traceHidden(i), nLayers + 1, modelDim, position, length);
    }
  }
  const cache = [0, 1].map((which) => {
    const dense = new Float32Array(nLayers * nKvHeads * length * headDim);
    for (let layer = 0; layer < nLayers; layer++)
      for (let head = 0; head < nKvHeads; head++)
        dense.set(engine.readKv(session, layer, head, which, 0, length), (layer * nKvHeads + head) * length * headDim);
    return dense;
  });
  close(engine, session);
  engine.setTrace(0, 0, 0);
  const tensors = { attention, queries, keys: cache[0], values: cache[1], hidden };
  return Object.entries(tensors)
    .filter(([name, data]) => hashFloats(data) !== golden.trace[name])
    .map(([name]) => `trace: ${name} differs`);
}

/** Rows [n][width] of one position into a dense [n][length][width]. */
function scatter(dense, rows, n, width, position, length) {
  for (let i = 0; i < n; i++) dense.set(rows.subarray(i * width, (i + 1) * width), (i * length + position) * width);
}

/**
 * Checks the whole table. `readFile(path)` gives a model's bytes, `newModule()` an engine without a model; one with threads has an `end()`.
 * A model is loaded once for all its cases of one precision and cache.
 */
export async function checkTable(table, { readFile, newModule }) {
  const groups = new Map();
  for (const golden of table.cases) {
    const key = `${golden.model} (${golden.precision}${golden.cache === "int8" ? ", int8 K/V" : ""})`;
    groups.set(key, [...(groups.get(key) ?? []), golden]);
  }
  const result = { differences: [], cases: 0, logitsRows: 0, intDot: "", isa: "" };
  for (const [key, cases] of groups) {
    const file = await readFile(cases[0].model);
    const engine = loadModel(await newModule(), file, {
      precisionF32: cases[0].precision === "f32",
      cacheInt8: cases[0].cache === "int8",
    });
    ({ intDot: result.intDot, isa: result.isa } = engine.info());
    for (const golden of cases) {
      const { differences, logitsRows } = checkCase(engine, golden);
      const label = `${key}, prompt of ${golden.prompt.length}${golden.ablate.length ? ", ablated" : ""}`;
      result.differences.push(...differences.map((text) => `${label}: ${text}`));
      result.cases += 1;
      result.logitsRows += logitsRows;
    }
    engine.end?.();
  }
  return result;
}
