// `npm run bench`: speed, native and in Chromium. Builds first.
import { join } from "node:path";
import { buildDist } from "./build.mjs";
import { buildNative } from "./build-native.mjs";
import { buildWasm } from "./build-wasm.mjs";
import { main } from "./lib/log.mjs";
import { repo } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";

main(async (args) => {
  await buildWasm();
  await buildWasm(["kernel-bench-simd128", "kernel-bench-relaxed"]);
  await buildDist();
  await buildNative("native-bench");
  return run(process.execPath, [join(repo, "tests/bench/run.mjs"), ...args]);
});
