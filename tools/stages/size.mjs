// What a page with the package fetches: its scripts and the one wasm that is chosen, after brotli.
import { note, warn } from "../lib/log.mjs";
import { counts } from "../lib/stage.mjs";
import { fetched, packageTests } from "./package.mjs";

const budget = 100 * 1024;

export async function sizes() {
  if (!fetched) await packageTests();
  if (!fetched) {
    warn("SKIPPED: no browser, so it is not known what a page fetches");
    return counts(0, 0, 1);
  }
  for (const { path, bytes, brotli } of fetched) note(`${path.padEnd(44)} ${bytes} bytes, brotli ${brotli}`);
  const total = fetched.reduce((sum, { brotli }) => sum + brotli, 0);
  const fits = total <= budget;
  console.log(`${fits ? "✓" : "✗"} ${(total / 1024).toFixed(1)} KB after brotli, budget ${budget / 1024} KB`);
  return fits ? counts(1) : counts(0, 1);
}
