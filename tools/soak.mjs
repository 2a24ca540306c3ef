// `npm run soak`: half an hour of long work on one model (tests/soak). Options go on: --minutes, --seed, --model, …
import { join } from "node:path";
import { buildDist } from "./build.mjs";
import { buildWasm } from "./build-wasm.mjs";
import { main } from "./lib/log.mjs";
import { repo } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";

main(async (args) => {
  await buildWasm();
  await buildDist();
  return run(process.execPath, ["--expose-gc", join(repo, "tests/soak/soak.mjs"), ...args]);
});
