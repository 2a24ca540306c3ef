// `npm run build`: the wasm, then dist/ (the package), then build/page (the page). With names, only those:
// wasm, dist, page.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildWasm } from "./build-wasm.mjs";
import { done, main, step } from "./lib/log.mjs";
import { ensureNodeModules } from "./lib/node-packages.mjs";
import { repo } from "./lib/paths.mjs";
import { must } from "./lib/run.mjs";

const bin = (name) => join(repo, "node_modules/.bin", name);

/** dist/: web/src file by file through tsc, and the wasm beside it. Bundling is the user's business. */
export async function buildDist() {
  await ensureNodeModules();
  step("building dist");
  const dist = join(repo, "dist");
  rmSync(dist, { recursive: true, force: true });
  await must(bin("tsc"), ["-p", "tsconfig.build.json"]);
  mkdirSync(join(dist, "wasm"), { recursive: true });
  const built = join(repo, "web/src/wasm");
  for (const name of readdirSync(built)) cpSync(join(built, name), join(dist, "wasm", name));
  done("package in dist");
}

export async function buildPage() {
  await ensureNodeModules();
  step("building the page");
  await must(bin("vite"), ["build", "--logLevel", "warn"]);
  done("page in build/page: any static server serves it");
}

const builders = { wasm: () => buildWasm(), dist: buildDist, page: buildPage };

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  main(async (args) => {
    const wanted = args.length
      ? args
      : existsSync(join(repo, "web/demo/index.html"))
        ? ["wasm", "dist", "page"]
        : ["wasm", "dist"];
    for (const name of wanted) await builders[name]();
  });
