// Builds every wasm variant into web/src/wasm, getting the toolchain first where it is missing.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { done, main, step, ToolError } from "./lib/log.mjs";
import { repo } from "./lib/paths.mjs";
import { run } from "./lib/run.mjs";
import { nodeForEmcc } from "./toolchain/root.mjs";
import { ensureToolchain, withToolchain } from "./toolchain.mjs";

/** Configures (when needed) and builds; resolves with the toolchain that was used. */
export async function buildWasm(targets = []) {
  const toolchain = await ensureToolchain();
  step(`building the wasm with Emscripten ${toolchain.version}`);
  const build = join(repo, "build/wasm");
  const cacheFile = join(build, "CMakeCache.txt");
  // A build folder belongs to one clone and one toolchain: CMake refuses to reuse it for another.
  const identity = `//onehead ${toolchain.kind} ${toolchain.root ?? toolchain.emcc} ${repo}`;
  const stampFile = join(build, "toolchain.txt");
  const same = existsSync(stampFile) && readFileSync(stampFile, "utf8") === identity;
  if (!same || !existsSync(cacheFile)) rmSync(build, { recursive: true, force: true });
  const go = async (...command) => {
    const words = withToolchain(toolchain, command);
    // In the root these are set by its own entry; Windows has no shell to run the script with.
    const env =
      toolchain.kind === "host" && process.platform !== "win32"
        ? { ...process.env, EM_NODE_JS: nodeForEmcc, ONEHEAD_EMCC_NODE: process.execPath }
        : process.env;
    if ((await run(words[0], words.slice(1), { env })) !== 0)
      throw new ToolError(
        "The wasm did not build (the compiler's words are above).",
        "Is the toolchain whole? Remove build/wasm and try again.",
      );
  };
  if (!existsSync(cacheFile)) {
    await go(
      "emcmake",
      "cmake",
      "--preset",
      "wasm",
      "--log-level=NOTICE",
      `-DONEHEAD_XSIMD_INCLUDE=${toolchain.xsimd ?? ""}`,
    );
    const { writeFileSync } = await import("node:fs");
    writeFileSync(stampFile, identity);
  }
  await go("cmake", "--build", "--preset", "wasm", ...(targets.length ? ["--target", ...targets] : []));
  done("wasm in web/src/wasm");
  return toolchain;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(async (args) => void (await buildWasm(args)));
