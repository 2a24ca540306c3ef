// `npm run test:oracles`: the engine against outside runtimes (PyTorch, llama.cpp, Apertium). Builds first.
import { join } from "node:path";
import { buildDist } from "./build.mjs";
import { buildWasm } from "./build-wasm.mjs";
import { main } from "./lib/log.mjs";
import { repo } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";

main(async (args) => {
  await buildWasm();
  await buildDist();
  return run(process.execPath, [join(repo, "tests/oracles/run.mjs"), ...args]);
});
