// An Emscripten that is already on this machine: on PATH, under $EMSDK, or an emsdk cached by an earlier run.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { toolchainCache } from "../lib/paths.mjs";
import { capture, which } from "../lib/run.mjs";

/** The oldest Emscripten that has final relaxed SIMD and Embind without RTTI. */
export const oldestEmscripten = [3, 1, 69];

export const cachedEmsdk = join(toolchainCache, "emsdk");

export const newEnough = (version, oldest = oldestEmscripten) => {
  const parts = version.split(".").map(Number);
  for (let i = 0; i < oldest.length; i++) if ((parts[i] ?? 0) !== oldest[i]) return (parts[i] ?? 0) > oldest[i];
  return true;
};

/** { emcc, version } of one candidate, or null when it does not run. */
function probe(emcc) {
  const text = emcc && capture(emcc, ["--version"]);
  const version = text?.match(/\b(\d+\.\d+\.\d+)/)?.[1];
  return version ? { emcc, version } : null;
}

/**
 * The first Emscripten that is new enough, as { kind: "host", emcc, version, bin }, and in `tooOld` the
 * ones that are not, so that the caller can say so.
 */
export function findEmcc() {
  const tooOld = [];
  const folders = [process.env.EMSDK, cachedEmsdk].filter(Boolean).map((folder) => join(folder, "upstream/emscripten"));
  const candidates = [which("emcc"), ...folders.map((folder) => which("emcc", [folder]))];
  for (const candidate of new Set(candidates)) {
    if (!candidate || !existsSync(candidate)) continue;
    const found = probe(candidate);
    if (!found) continue;
    if (newEnough(found.version)) return { found: { kind: "host", ...found, bin: dirname(found.emcc) }, tooOld };
    tooOld.push(`${found.emcc} is ${found.version}`);
  }
  return { found: null, tooOld };
}
