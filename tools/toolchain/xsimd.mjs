// xsimd ≥ 13 as a folder that holds xsimd alone. (-I/usr/include would let glibc's headers shadow
// Emscripten's, so a system xsimd is copied out.) Without one, CMake's FetchContent gets it.
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toolchainCache } from "../lib/paths.mjs";

const oldest = 13;

function versionOf(include) {
  try {
    const text = readFileSync(join(include, "xsimd/config/xsimd_config.hpp"), "utf8");
    return ["MAJOR", "MINOR", "PATCH"].map((part) => Number(text.match(new RegExp(`XSIMD_VERSION_${part} (\\d+)`))[1]));
  } catch {
    return null;
  }
}

/** A folder to give to the compilers as a system include, or null when CMake must fetch xsimd. */
export function xsimdInclude(toolchain) {
  const places = [
    process.env.ONEHEAD_XSIMD,
    toolchain?.root && join(toolchain.root, "usr/include"),
    "/usr/include",
    "/usr/local/include",
    "/opt/homebrew/include",
  ].filter(Boolean);
  for (const place of places) {
    const version = versionOf(place);
    if (!version || version[0] < oldest) continue;
    const alone = join(toolchainCache, `xsimd-${version.join(".")}`);
    if (!existsSync(join(alone, "xsimd/xsimd.hpp"))) {
      mkdirSync(alone, { recursive: true });
      cpSync(join(place, "xsimd"), join(alone, "xsimd"), { recursive: true, dereference: true });
    }
    return alone;
  }
  return null;
}
