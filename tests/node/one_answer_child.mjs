// Checks the golden tables on one wasm build in this Node; prints one JSON line. A program of its own, because the
// relaxed build needs a newer Node than the one that runs the tests, and V8's choices are flags of a process.
//
//   node one_answer_child.mjs simd128|relaxed|simd128-threads|relaxed-threads <threads> <table.json>…
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openPort } from "../../dist/ports.js";
import { ThreadTeam } from "../../dist/thread_pool.js";
import { checkTable } from "../one_answer/check.mjs";
import { instantiate } from "../one_answer/raw_model.mjs";
import { instantiateWithThreads } from "../one_answer/with_threads.mjs";

const repo = new URL("../../", import.meta.url);
const [variant, threads, ...tables] = process.argv.slice(2);
const module = await WebAssembly.compile(await readFile(new URL(`dist/wasm/onehead-${variant}.wasm`, repo)));

const outside = "public-models/";
const fileOf = (model) =>
  model.startsWith(outside)
    ? join(process.env.ONEHEAD_PUBLIC_MODELS, model.slice(outside.length))
    : fileURLToPath(new URL(model, repo));

const total = { differences: [], cases: 0, logitsRows: 0, intDot: "", isa: "" };
for (const path of tables) {
  const result = await checkTable(JSON.parse(await readFile(path, "utf8")), {
    readFile: async (model) => new Uint8Array(await readFile(fileOf(model))),
    newModule: () =>
      threads === "1" ? instantiate(module) : instantiateWithThreads(module, Number(threads), new ThreadTeam(openPort)),
  });
  total.differences.push(...result.differences);
  total.cases += result.cases;
  total.logitsRows += result.logitsRows;
  ({ intDot: total.intDot, isa: total.isa } = result);
}
console.log(JSON.stringify(total));
