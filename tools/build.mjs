// `npm run build`: the wasm, then dist/ (the package), then build/page (the page). With names, only those:
// wasm, dist, page.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildWasm } from "./build-wasm.mjs";
import { done, main, step, ToolError } from "./lib/log.mjs";
import { ensureNodeModules } from "./lib/node-packages.mjs";
import { repo } from "./lib/paths.mjs";
import { must } from "./lib/run.mjs";

const bin = (name) => join(repo, "node_modules/.bin", name);

/**
 * dist/: web/src file by file through tsc, and the wasm beside it. Bundling is the user's business. It is built
 * aside and put in place whole, so that a failure leaves the last one.
 */
export async function buildDist() {
  await ensureNodeModules();
  step("building dist");
  const built = join(repo, "web/src/wasm");
  const glue = oneGlue(built);
  const dist = join(repo, "dist");
  const next = join(repo, "build", `dist-${process.pid}`);
  await must(bin("tsc"), ["-p", "tsconfig.build.json", "--outDir", next]);
  mkdirSync(join(next, "wasm"), { recursive: true });
  for (const name of readdirSync(built))
    if (name === glue || name.endsWith(".wasm")) cpSync(join(built, name), join(next, "wasm", name));
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
  done("package in dist");
}

/** The package carries one variant's JavaScript for all, which must therefore be the same but for the file's name. */
function oneGlue(built) {
  const scripts = readdirSync(built).filter((name) => name.endsWith(".js"));
  const texts = scripts.map((name) =>
    readFileSync(join(built, name), "utf8").replaceAll(name.replace(/\.js$/, ".wasm"), ""),
  );
  if (new Set(texts).size !== 1)
    throw new ToolError(
      `The variants' JavaScript differs (${scripts.join(", ") || "there is none"}).`,
      "npm run build -- wasm builds all variants anew.",
    );
  return "onehead-simd128.js";
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
