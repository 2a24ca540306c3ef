// The tests over the public models, one after the other. Gets what they need first: the files, Python with PyTorch and
// transformers, llama.cpp.
//   node tests/models/run.mjs [tensors] [reference_mode] [fast_mode] [one_answer] [browser]
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fetchModels } from "../../tools/fetch-models.mjs";
import { main, step, ToolError } from "../../tools/lib/log.mjs";
import { ensureOraclePackages } from "../../tools/lib/node-packages.mjs";
import { repo } from "../../tools/lib/paths.mjs";
import { ensurePythonPackages } from "../../tools/lib/python.mjs";
import { run } from "../../tools/lib/run.mjs";

const folder = join(repo, "tests/models");

main(async (args) => {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => name.replace(".test.mjs", ""));
  const unknown = args.filter((name) => !names.includes(name));
  if (unknown.length) throw new ToolError(`No such suite: ${unknown.join(", ")}.`, `There are ${names.join(", ")}.`);
  await fetchModels();
  await ensurePythonPackages("torch, numpy, gguf, transformers", join(folder, "requirements.txt"));
  await ensureOraclePackages();
  step("testing with the public models");
  const files = (args.length ? args : names).map((name) => join(folder, `${name}.test.mjs`));
  return run(process.execPath, ["--test", "--test-reporter=spec", "--test-concurrency=1", ...files]);
});
