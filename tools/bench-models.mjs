// `npm run bench:models`: our build, wllama and llama.cpp on public models, side by side. Builds first.
import { join } from "node:path";
import { buildDist } from "./build.mjs";
import { buildWasm } from "./build-wasm.mjs";
import { main } from "./lib/log.mjs";
import { repo } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";

main(async (args) => {
  await buildWasm();
  await buildWasm(["kernel-bench-simd128", "kernel-bench-relaxed"]);
  await buildDist();
  return run(process.execPath, [join(repo, "tests/bench/models/run.mjs"), ...args]);
});
