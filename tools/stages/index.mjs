// The stages of `npm test`, cheapest first; each builds what it needs.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildDist, buildPage } from "../build.mjs";
import { buildWasm } from "../build-wasm.mjs";
import { ensureNodeModules, newerNode } from "../lib/node-packages.mjs";
import { repo } from "../lib/paths.mjs";
import { counts, suite, sum } from "../lib/stage.mjs";
import { lint } from "../lint.mjs";
import { modelTestsWhereFetched, soakMinute } from "./models.mjs";
import { clangCompiles, clangTidies, nativeTests, sanitizedTests } from "./native.mjs";
import { packageTests } from "./package.mjs";
import { sizes } from "./size.mjs";

const bin = (name) => join(repo, "node_modules/.bin", name);
const built = async (build) => {
  await build();
  return counts(1);
};

/** Files under a folder whose names end so, in order. */
export function testFiles(folder, ending) {
  if (!existsSync(join(repo, folder))) return [];
  return readdirSync(join(repo, folder), { recursive: true })
    .filter((name) => name.endsWith(ending) && !name.includes("node_modules"))
    .map((name) => `${folder}/${name}`)
    .sort();
}

export const stages = [
  { name: "lint", about: "format, lint and include layers", run: () => lint() },
  { name: "wasm", about: "build every wasm variant", run: () => built(buildWasm) },
  {
    name: "types",
    about: "TypeScript, strict",
    needs: ["wasm"],
    run: async () => {
      await ensureNodeModules();
      return suite("exit", bin("tsc"), ["-p", "tsconfig.json"]);
    },
  },
  { name: "native", about: "GoogleTest on each instruction set that this processor has", run: nativeTests },
  { name: "sanitize", about: "GoogleTest under AddressSanitizer and UBSan", run: sanitizedTests },
  { name: "clang", about: "GoogleTest on the core as Clang builds it", run: clangCompiles },
  { name: "tidy", about: "clang-tidy on the core", run: clangTidies },
  { name: "dist", about: "build the package", needs: ["wasm"], run: () => built(buildDist) },
  {
    name: "web",
    about: "Vitest in Node: loader, engine, sessions",
    needs: ["dist"],
    run: async () => {
      const results = [await suite("vitest", bin("vitest"), ["run"])];
      // Threads are used in Node from 22 on.
      const newer = Number.parseInt(process.versions.node, 10) < 22 && (await newerNode());
      if (newer) {
        const vitest = join(repo, "node_modules/vitest/vitest.mjs");
        results.push(await suite("vitest", newer, [vitest, "run", "tests/web/threads.test.ts"]));
      }
      return sum(results);
    },
  },
  {
    name: "answer",
    about: "one answer in Node: both wasm variants against the table of hashes",
    needs: ["dist"],
    run: () =>
      suite("node", process.execPath, ["--test", "--test-reporter=spec", ...testFiles("tests/node", ".test.mjs")]),
  },
  { name: "page", about: "build the page", needs: ["dist"], run: () => built(buildPage) },
  {
    name: "browser",
    about: "the package and the page in Chromium, Firefox and WebKit",
    needs: ["page"],
    run: () =>
      suite("node", process.execPath, [
        "--test",
        "--test-concurrency=1",
        "--test-reporter=spec",
        ...testFiles("tests/browser", ".test.mjs"),
      ]),
  },
  {
    name: "package",
    about: "npm pack, installed elsewhere, in Node and four bundlers",
    needs: ["dist"],
    run: packageTests,
  },
  {
    name: "models",
    about: "public models against transformers, gguf and llama.cpp, where their files are",
    needs: ["dist", "native"],
    run: modelTestsWhereFetched,
  },
  { name: "soak", about: "a minute of long work on one model", needs: ["dist"], run: soakMinute },
  { name: "size", about: "brotli size of what a page fetches", needs: ["package"], run: sizes },
];
