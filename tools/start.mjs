// `npm start`: gets what is missing, builds the wasm, serves the page and prints its address.
import { join } from "node:path";
import { buildWasm } from "./build-wasm.mjs";
import { main, step } from "./lib/log.mjs";
import { ensureNodeModules } from "./lib/node-packages.mjs";
import { repo } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";

main(async (args) => {
  await ensureNodeModules();
  await buildWasm();
  step("serving the page; Ctrl+C ends it");
  return run(join(repo, "node_modules/.bin/vite"), args);
});
