// The native suites: every instruction set, the sanitizers, Clang and its linter.
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { buildNative } from "../build-native.mjs";
import { note, warn } from "../lib/log.mjs";
import { repo } from "../lib/paths.mjs";
import { capture, which } from "../lib/run.mjs";
import { counts, inCi, suite, sum } from "../lib/stage.mjs";

const testsIn = (build) =>
  readdirSync(build)
    .filter((name) => /^onehead_tests_[a-z0-9]+$/.test(name))
    .sort();

/** The instruction sets of a build that ctest would run here; CMake probed the processor. */
function runnable(build) {
  const registered = capture("ctest", ["--test-dir", build, "-N"]) ?? "";
  return testsIn(build).filter((name) => registered.includes(` ${name.replace("onehead_", "")}\n`));
}

/** One program's tests, dealt out to a process for each core. */
async function runShards(program, env) {
  const shards = Math.min(availableParallelism(), 4);
  const shard = (index) =>
    suite("gtest", program, ["--gtest_brief=1"], {
      env: { ...env, GTEST_TOTAL_SHARDS: String(shards), GTEST_SHARD_INDEX: String(index) },
    });
  return sum(await Promise.all(Array.from({ length: shards }, (_, index) => shard(index))));
}

async function runAll(build, env) {
  const can = runnable(build);
  const results = [];
  for (const name of testsIn(build)) {
    if (can.includes(name)) {
      note(name);
      results.push(await runShards(join(build, name), env));
    } else {
      warn(`SKIPPED ${name}: this processor does not have it`);
      results.push(counts(0, 0, 1));
    }
  }
  return results.length ? sum(results) : counts(0, 1);
}

export const nativeTests = async () => runAll(await buildNative("native-release"));

export const sanitizedTests = async () =>
  runAll(await buildNative("native-debug"), { ASAN_OPTIONS: "detect_leaks=1", UBSAN_OPTIONS: "print_stacktrace=1" });

function missing(program, debianPackage) {
  if (inCi) return counts(0, 1);
  warn(`SKIPPED: ${program} is not installed (apt-get install ${debianPackage})`);
  return counts(0, 0, 1);
}

export async function clangCompiles() {
  if (!which("clang++")) return missing("clang++", "clang");
  const build = await buildNative("native-clang");
  return existsSync(build) ? runAll(build) : counts(0, 1);
}

/** clang-tidy on the core, by .clang-tidy; another version than Debian 12's may warn of something else. */
export async function clangTidies() {
  const tidy = which("run-clang-tidy");
  if (!which("clang++") || !tidy) return missing("clang-tidy", "clang clang-tidy");
  const build = await buildNative("native-clang");
  return suite("exit", tidy, ["-quiet", "-p", build, `${join(repo, "cpp")}/`]);
}
