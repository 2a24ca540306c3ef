// Format and lint: clang-format, Biome, the include layers. With --fix, formats in place.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { main, note, warn } from "./lib/log.mjs";
import { ensureNodeModules } from "./lib/node-packages.mjs";
import { repo } from "./lib/paths.mjs";
import { capture, run, which } from "./lib/run.mjs";
import { checkLayers } from "./stages/layers.mjs";

/** Debian 12's. */
const formatVersion = "14";

const cppFiles = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === "node_modules" || name === "data") return [];
    return statSync(path).isDirectory() ? cppFiles(path) : /\.[ch]pp$/.test(name) ? [path] : [];
  });

/** Results { passed, failed, skipped } of the three checks. */
export async function lint({ fix = false } = {}) {
  const result = { passed: 0, failed: 0, skipped: 0 };
  const wrong = checkLayers();
  for (const line of wrong) note(line);
  result[wrong.length ? "failed" : "passed"]++;

  const clangFormat = which("clang-format");
  const version = clangFormat && capture(clangFormat, ["--version"])?.match(/version (\d+)/)?.[1];
  if (version && version !== formatVersion && !fix) {
    warn(`SKIPPED clang-format: ${version} differs in details from ${formatVersion}, which the sources follow`);
    result.skipped++;
  } else if (clangFormat) {
    const files = [...cppFiles(join(repo, "cpp")), ...cppFiles(join(repo, "tests"))];
    const ok = (await run(clangFormat, [...(fix ? ["-i"] : ["--dry-run", "-Werror"]), ...files])) === 0;
    result[ok ? "passed" : "failed"]++;
  } else {
    warn("SKIPPED clang-format: it is not installed (apt-get install clang-format)");
    result.skipped++;
  }

  await ensureNodeModules();
  const biome = join(repo, "node_modules/.bin/biome");
  const ok = (await run(biome, ["check", "--error-on-warnings", ...(fix ? ["--write"] : []), "."])) === 0;
  result[ok ? "passed" : "failed"]++;
  return result;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  main(async (args) => ((await lint({ fix: args.includes("--fix") })).failed ? 1 : 0));
