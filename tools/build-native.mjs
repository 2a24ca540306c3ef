// Builds a native preset: `node tools/build-native.mjs <preset> [--test] [targets…]`. GoogleTest and
// Google Benchmark come from the system's packages or by CMake's FetchContent.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { done, main, step, ToolError } from "./lib/log.mjs";
import { repo } from "./lib/paths.mjs";
import { aptInstall, debianPackages, run, which } from "./lib/run.mjs";
import { findRoot } from "./toolchain/root.mjs";
import { xsimdInclude } from "./toolchain/xsimd.mjs";
import { ensureToolchain } from "./toolchain.mjs";

const compiler = () => which(process.env.CXX ?? "g++") ?? which("clang++");
const complete = () =>
  compiler() && which("cmake") && which("ninja") && (process.platform !== "linux" || existsSync("/usr/include/gtest"));

/** Gets a compiler, CMake, Ninja and GoogleTest where Debian can give them; throws when none can be had. */
export async function ensureNativeTools() {
  if (!complete()) await aptInstall(debianPackages("native"), "native build tools");
  if (!compiler() || !which("cmake") || !which("ninja"))
    throw new ToolError(
      "A native build needs a C++20 compiler, CMake ≥ 3.24 and Ninja.",
      `Install them: sudo apt-get install ${debianPackages("native").join(" ")}`,
    );
}

/** Configures (when needed) and builds one preset; resolves with its build folder. */
export async function buildNative(preset, targets = []) {
  await ensureNativeTools();
  const xsimd = xsimdInclude(findRoot()) ?? (await ensureToolchain()).xsimd;
  const build = join(repo, "build", preset);
  const must = async (what, ...args) => {
    if ((await run("cmake", args)) !== 0) throw new ToolError(`The native build “${preset}” did not ${what}.`);
  };
  step(`building ${preset}`);
  if (!existsSync(join(build, "CMakeCache.txt")))
    await must("configure", "--preset", preset, "--log-level=NOTICE", `-DONEHEAD_XSIMD_INCLUDE=${xsimd ?? ""}`);
  await must("build", "--build", "--preset", preset, ...(targets.length ? ["--target", ...targets] : []));
  done(`${preset} in build/${preset}`);
  return build;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  main(async ([preset = "native-release", ...rest]) => {
    const targets = rest.filter((word) => word !== "--test");
    await buildNative(preset, targets);
    if (rest.includes("--test")) return run("ctest", ["--preset", preset]);
  });
