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
  checkVariants(built);
  const dist = join(repo, "dist");
  const next = join(repo, "build", `dist-${process.pid}`);
  await must(bin("tsc"), ["-p", "tsconfig.build.json", "--outDir", next]);
  mkdirSync(join(next, "wasm"), { recursive: true });
  for (const name of readdirSync(built))
    if (name.endsWith(".wasm")) cpSync(join(built, name), join(next, "wasm", name));
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
  done("package in dist");
}

/**
 * One script (web/src/wasm_module.ts) serves every variant, so a module for threads must import what its sibling does,
 * and export no less. (Node 20 does not compile the relaxed ones; the tests of the package run them.)
 */
function checkVariants(built) {
  const names = (list) => list.map(({ kind, module = "", name }) => `${kind} ${module} ${name}`);
  const [one, many] = ["simd128", "simd128-threads"].map(
    (variant) => new WebAssembly.Module(readFileSync(join(built, `onehead-${variant}.wasm`))),
  );
  const imports = names(WebAssembly.Module.imports(one));
  const exports = names(WebAssembly.Module.exports(many));
  const unknown = names(WebAssembly.Module.imports(many)).filter((name) => !imports.includes(name));
  const absent = names(WebAssembly.Module.exports(one)).filter((name) => !exports.includes(name));
  if (unknown.length || absent.length)
    throw new ToolError(
      `The modules with and without threads differ (${[...unknown, ...absent]}).`,
      "npm run build -- wasm builds all variants anew.",
    );
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
