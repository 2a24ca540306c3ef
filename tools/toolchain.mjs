// Finds or makes what builds the wasm: Emscripten, CMake, Ninja, xsimd. `node tools/toolchain.mjs` says
// what was found. Order: PATH or $EMSDK; an earlier run's cache; a pinned emsdk; Debian's own packages;
// a private toolchain root. $ONEHEAD_TOOLCHAIN=root skips to the last.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { done, main, note, step, ToolError } from "./lib/log.mjs";
import { aptInstall, asRoot, capture, debianPackages, which } from "./lib/run.mjs";
import { findEmcc, newEnough, oldestEmscripten } from "./toolchain/emcc.mjs";
import { installEmsdk } from "./toolchain/emsdk.mjs";
import { findRoot, inRoot, makeRoot } from "./toolchain/root.mjs";
import { xsimdInclude } from "./toolchain/xsimd.mjs";

const oldest = oldestEmscripten.join(".");

function installedEmcc() {
  const { found, tooOld } = findEmcc();
  if (!found && tooOld.length) note(`${tooOld.join(", ")}; ${oldest} is needed`);
  return found;
}

async function debianEmcc() {
  const candidate = capture("apt-cache", ["policy", "emscripten"])?.match(/Candidate: ([\d.]+)/)?.[1];
  if (!candidate || asRoot() === null) return null;
  if (!newEnough(candidate)) {
    note(`this distribution's emscripten is ${candidate}; ${oldest} is needed`);
    return null;
  }
  await aptInstall(debianPackages("wasm"), "Emscripten");
  return findEmcc().found;
}

async function buildTools() {
  if (which("cmake") && which("ninja")) return;
  await aptInstall(["cmake", "ninja-build"]);
  for (const tool of ["cmake", "ninja"])
    if (!which(tool))
      throw new ToolError(
        `${tool} is missing.`,
        "Install CMake ≥ 3.24 and Ninja (apt-get install cmake ninja-build, brew install cmake ninja).",
      );
}

/** { kind: "host" | "root", version, … , xsimd }: what builds the wasm, made first where it is missing. */
export async function ensureToolchain() {
  const skip = process.env.ONEHEAD_TOOLCHAIN === "root";
  let toolchain = (skip ? null : installedEmcc()) ?? findRoot();
  if (!toolchain) {
    step(`no Emscripten ≥ ${oldest} here yet`);
    if (!skip && (await installEmsdk())) toolchain = findEmcc().found;
    if (!skip) toolchain ??= await debianEmcc();
    try {
      toolchain ??= await makeRoot();
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      throw new ToolError(
        `${error.message} Without it, Emscripten ≥ ${oldest} must be installed by hand.`,
        `${error.remedy ? `${error.remedy}\n  or ` : ""}follow https://emscripten.org/docs/getting_started/downloads.html, then run this again with emcc on PATH.`,
      );
    }
  }
  if (toolchain.kind === "host") await buildTools();
  return { ...toolchain, xsimd: xsimdInclude(toolchain) };
}

/** The words that run a build command with the toolchain's emcmake, cmake and ninja. */
export function withToolchain(toolchain, command) {
  if (toolchain.kind === "root") return inRoot(command);
  const [first, ...rest] = command;
  return [first === "emcmake" ? join(toolchain.bin, "emcmake") : first, ...rest];
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  main(async (args) => {
    const toolchain = await ensureToolchain();
    const where = toolchain.kind === "root" ? `private root ${toolchain.root}` : toolchain.emcc;
    done(`Emscripten ${toolchain.version}: ${where}`);
    done(`xsimd: ${toolchain.xsimd ?? "fetched by CMake"}`);
    if (args[0] === "--run") {
      const { run } = await import("./lib/run.mjs");
      const words = withToolchain(toolchain, args.slice(1));
      return run(words[0], words.slice(1));
    }
  });
