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

/**
 * The package carries one variant's JavaScript for all. So it must be the same for both SIMD levels but for the file's
 * name; and a module for threads, whose own script only knows shared memory in other ways, must import and export
 * what its sibling does.
 */
function oneGlue(built) {
  const differ = (what) => {
    throw new ToolError(`${what} differ.`, "npm run build -- wasm builds all variants anew.");
  };
  const textOf = (variant) =>
    readFileSync(join(built, `onehead-${variant}.js`), "utf8").replaceAll(`onehead-${variant}.wasm`, "");
  for (const suffix of ["", "-threads"])
    if (textOf(`simd128${suffix}`) !== textOf(`relaxed${suffix}`)) differ(`The scripts of the variants${suffix}`);
  const [one, many] = ["simd128", "simd128-threads"].map(
    (variant) => new WebAssembly.Module(readFileSync(join(built, `onehead-${variant}.wasm`))),
  );
  const names = (list) => list.map(({ kind, module = "", name }) => `${kind} ${module} ${name}`);
  const imports = new Set(names(WebAssembly.Module.imports(one)));
  const exports = new Set(names(WebAssembly.Module.exports(many)));
  const unknown = names(WebAssembly.Module.imports(many)).filter((name) => !imports.has(name));
  const absent = names(WebAssembly.Module.exports(one)).filter((name) => !exports.has(name));
  if (unknown.length || absent.length) differ(`The modules with and without threads (${[...unknown, ...absent]})`);
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
