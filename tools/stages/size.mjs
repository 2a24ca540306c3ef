// What a page with the package fetches: its scripts and the one wasm that is chosen, after brotli. What a conversation
// loads besides, and the demo page's own scripts, are printed beside it, without a budget.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { note, warn } from "../lib/log.mjs";
import { repo } from "../lib/paths.mjs";
import { counts, sum } from "../lib/stage.mjs";
import { fetched, packageTests } from "./package.mjs";

const budget = 110 * 1024;
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;

/** Scripts of the built demo page that its first visit runs: the entry and the worker. */
function pageScripts() {
  const assets = join(repo, "build/page/assets");
  if (!existsSync(assets)) return [];
  return readdirSync(assets)
    .filter((name) => /^(index|worker)-.*\.js$/.test(name))
    .map((name) => ({ name, brotli: brotliCompressSync(readFileSync(join(assets, name))).length }));
}

export async function sizes() {
  const page = pageScripts();
  if (page.length)
    note(
      `the demo page's scripts: ${page.map(({ name, brotli }) => `${name} ${kilobytes(brotli)}`).join(", ")}, after brotli`,
    );
  if (fetched.length === 0) await packageTests();
  if (fetched.length === 0) {
    warn("SKIPPED: no browser, so it is not known what a page fetches");
    return counts(0, 0, 1);
  }
  return sum(fetched.map(check));
}

function check({ variant, files, chat }) {
  const tell = ({ path, bytes, brotli }, why = "") =>
    note(`${path.padEnd(44)} ${String(bytes).padStart(7)} bytes, ${kilobytes(brotli)} after brotli${why}`);
  for (const file of files) tell(file);
  for (const file of chat) tell(file, ", only once a conversation begins; not counted");
  const total = files.reduce((sum, { brotli }) => sum + brotli, 0);
  const modules = files.filter(({ path }) => path.endsWith(".wasm")).length;
  const fits = total <= budget && modules === 1 && chat.length > 0;
  console.log(
    `${fits ? "✓" : "✗"} ${variant}: a page with the package fetches ${kilobytes(total)}, budget ${kilobytes(budget)}; ${modules} wasm`,
  );
  return fits ? counts(1) : counts(0, 1);
}
