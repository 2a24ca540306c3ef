// `npm run test:models`: the engine on public models, against the libraries and runtimes of others. Builds and fetches first.
import { buildDist } from "./build.mjs";
import { buildWasm } from "./build-wasm.mjs";
import { main } from "./lib/log.mjs";
import { modelTests } from "./stages/models.mjs";

main(async (args) => {
  await buildWasm();
  await buildDist();
  const { passed, failed, skipped } = await modelTests(args);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed ? 1 : 0;
});
