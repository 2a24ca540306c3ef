// The suites over the public models, where their files are, and a minute of long work.
import { join } from "node:path";
import { buildNative } from "../build-native.mjs";
import { warn } from "../lib/log.mjs";
import { hasModels } from "../lib/models.mjs";
import { repo } from "../lib/paths.mjs";
import { counts, suite } from "../lib/stage.mjs";

export async function modelTests(names = []) {
  await buildNative(process.env.ONEHEAD_PRESET ?? "native-release");
  return suite("node", process.execPath, [join(repo, "tests/models/run.mjs"), ...names]);
}

export async function modelTestsWhereFetched() {
  if (hasModels()) return modelTests();
  warn("SKIPPED: the public models are not in the cache (npm run fetch:models)");
  return counts(0, 0, 1);
}

/** Seeded, so that a failure comes again. */
export function soakMinute() {
  const words = ["--expose-gc", join(repo, "tests/soak/soak.mjs"), "--minutes", "1", "--seed", "1"];
  return suite("exit", process.execPath, words);
}
