// The outside oracles, one after the other: PyTorch, llama.cpp, sacreBLEU with Apertium, the tasks' own scores. Gets what they need first.
//   node tests/oracles/run.mjs [pytorch] [llama_cpp] [translation] [tasks]

import { existsSync } from "node:fs";
import { join } from "node:path";
import { main, step, ToolError } from "../../tools/lib/log.mjs";
import { ensureOraclePackages } from "../../tools/lib/node-packages.mjs";
import { run } from "../../tools/lib/run.mjs";
import { ensureApertium, ensurePython, repo, shippedModel } from "./support.mjs";

const needs = {
  pytorch: [ensurePython],
  llama_cpp: [ensureOraclePackages],
  translation: [ensurePython, ensureApertium],
  tasks: [ensurePython],
};

main(async (args) => {
  const unknown = args.filter((name) => !needs[name]);
  if (unknown.length)
    throw new ToolError(`No such oracle: ${unknown.join(", ")}.`, `There are ${Object.keys(needs).join(", ")}.`);
  if (!existsSync(shippedModel)) throw new ToolError("The shipped model is missing.", `It belongs at ${shippedModel}.`);
  const chosen = args.length ? args : Object.keys(needs);
  for (const ensure of new Set(chosen.flatMap((name) => needs[name]))) await ensure();
  step(`asking ${chosen.join(", ")}`);
  const files = chosen.map((name) => join(repo, `tests/oracles/${name}.test.mjs`));
  return run(process.execPath, ["--test", "--test-reporter=spec", "--test-concurrency=1", ...files]);
});
