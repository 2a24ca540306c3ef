// How long a step takes in the wasm engine, by context and by sequences at once. Weights do not matter for that, so the
// files are untrained ones with room for long contexts.
//   node training/twins/speed.mjs FOLDER ROUNDS STEPS < {"names": [...], "cases": [[context, sequences], ...]}
// prints {"name": {"kvBytesPerToken", "ms": [best ms a step, case by case]}}.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { detectFeatures } from "../../dist/index.js";
import {
  close,
  Flag,
  forward,
  instantiate,
  loadModel,
  openSession,
  rewind,
} from "../../tests/one_answer/raw_model.mjs";

const [folder, rounds, steps] = process.argv.slice(2);
const { names, cases } = JSON.parse(await readFile("/dev/stdin", "utf8"));
const wasm = new URL("../../dist/wasm/", import.meta.url);
const variant = detectFeatures().relaxedSimd ? "relaxed" : "simd128";
const module = await WebAssembly.compile(await readFile(new URL(`onehead-${variant}.wasm`, wasm)));

const someToken = (i) => 300 + ((i * 37) % 2000);

/** Best ms a step from `context` positions on. */
function decode(engine, context, sequences) {
  const sessions = Array.from({ length: sequences }, () => openSession(engine));
  const size = engine.maxRows();
  for (const [s, session] of sessions.entries())
    for (let at = 0; at < context; at += size) {
      const n = Math.min(size, context - at);
      forward(
        engine,
        Array.from({ length: n }, (_, i) => ({ session, token: someToken(at + i + 11 * s) })),
      );
    }
  let best = Number.POSITIVE_INFINITY;
  for (let step = 0; step < steps; step++) {
    const rows = sessions.map((session, s) => ({ session, token: someToken(step + s), flags: Flag.logits }));
    const start = performance.now();
    forward(engine, rows);
    best = Math.min(best, performance.now() - start);
  }
  for (const session of sessions) {
    rewind(engine, session, 0);
    close(engine, session);
  }
  return best;
}

const engines = {};
const result = { variant, node: process.version, models: {} };
for (const name of names) {
  const file = new Uint8Array(await readFile(join(folder, `${name}.gguf`)));
  engines[name] = loadModel(instantiate(module), file);
  const { kvBytesPerToken } = engines[name].info();
  result.models[name] = { kvBytesPerToken, ms: cases.map(() => Number.POSITIVE_INFINITY) };
}
// Interleaved, so that whatever else the machine does meets all alike.
for (let round = 0; round < rounds; round++)
  for (const [i, [context, sequences]] of cases.entries())
    for (const name of names) {
      const { ms } = result.models[name];
      ms[i] = Math.min(ms[i], decode(engines[name], context, sequences));
    }
console.log(JSON.stringify(result));
