// Includes point one way: bindings → runtime → model → kernels → simd → base, with format and text at the side.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { repo } from "../lib/paths.mjs";

/** What a folder of cpp/ may include besides itself. */
const below = {
  base: [],
  simd: ["base"],
  kernels: ["simd", "base"],
  format: ["kernels", "base"],
  text: ["format", "base"],
  model: ["kernels", "format", "text", "base"],
  runtime: ["model", "kernels", "format", "text", "base"],
  bindings: ["runtime", "model", "kernels", "simd", "format", "text", "base"],
};
/** The reference and what makes its inputs must owe the kernels, the model and the runtime nothing. */
const independent = ["reference", "synthetic", "support", "base", "format"];
const outside = ["tests/reference", "tests/synthetic", "tests/support"];

const files = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : /\.[ch]pp$/.test(name) ? [path] : [];
  });

export function checkLayers() {
  const wrong = [];
  const check = (folder, allowed) => {
    for (const file of files(join(repo, folder)))
      for (const [, target] of readFileSync(file, "utf8").matchAll(/^#include "([^"/]+)\/[^"]+"/gm))
        if (!allowed.includes(target)) wrong.push(`${file.slice(repo.length + 1)} includes ${target}/`);
  };
  for (const folder of readdirSync(join(repo, "cpp"))) {
    if (!statSync(join(repo, "cpp", folder)).isDirectory()) continue;
    if (below[folder]) check(`cpp/${folder}`, [folder, ...below[folder]]);
    else wrong.push(`cpp/${folder} is not a layer`);
  }
  for (const folder of outside) check(folder, independent);
  return wrong;
}
