// Child processes: run with output passed through, capture, look on PATH, install Debian packages.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { step, ToolError } from "./log.mjs";
import { repo } from "./paths.mjs";

/** Standard output of a command, trimmed, or null when it is missing or fails. */
export function capture(command, args = [], options = {}) {
  const child = spawnSync(command, args, { encoding: "utf8", ...options });
  return child.status === 0 ? child.stdout.trim() : null;
}

/** Path of an executable on PATH (or of its first match in `extra` folders), or null. */
export function which(name, extra = []) {
  const suffixes = process.platform === "win32" ? [".exe", ".bat", ""] : [""];
  for (const folder of [...extra, ...(process.env.PATH ?? "").split(delimiter)])
    for (const suffix of suffixes) {
      const file = join(folder, name + suffix);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {}
    }
  return null;
}

/** Runs a command with its output shown; resolves with the exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", cwd: repo, ...options });
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal ? 1 : code));
  });
}

/**
 * Runs a slow command quietly: one line about every 15 s with the elapsed time and the command's latest
 * line; everything it printed is shown only when it fails. Resolves with the exit code.
 */
export function runQuietly(label, command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const seconds = () => Math.round((Date.now() - started) / 1000);
    const output = [];
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
    const lastLine = () =>
      Buffer.concat(output.slice(-4))
        .toString()
        .trim()
        .split(/[\r\n]+/)
        .pop()
        .slice(0, 90);
    const ticker = setInterval(() => step(`${label} … ${seconds()} s   ${lastLine()}`), 15000);
    child.on("error", (error) => {
      clearInterval(ticker);
      reject(error);
    });
    child.on("exit", (code) => {
      clearInterval(ticker);
      if (code !== 0) process.stderr.write(Buffer.concat(output).subarray(-8000));
      resolve(code ?? 1);
    });
  });
}

/** Names under the given purposes of tools/debian-packages.txt. */
export function debianPackages(...purposes) {
  const wanted = new Set();
  let purpose = "";
  for (const line of readFileSync(join(repo, "tools/debian-packages.txt"), "utf8").split("\n")) {
    const text = line.replace(/#.*/, "").trim();
    if (text.startsWith("[")) purpose = text.slice(1, -1);
    else if (text && purposes.includes(purpose)) wanted.add(text);
  }
  return [...wanted];
}

/** The words that make apt-get run as root here: [] as root, ["sudo", "-n"], or null. */
export function asRoot() {
  if (process.getuid?.() === 0) return [];
  return which("sudo") && capture("sudo", ["-n", "true"]) !== null ? ["sudo", "-n"] : null;
}

let aptUpdated = false;

/** Installs Debian packages when apt and root are at hand; false when they are not or it fails. */
export async function aptInstall(packages, label = packages.join(" ")) {
  const root = asRoot();
  if (!which("apt-get") || root === null) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (title, ...args) => {
    const words = [...root, "apt-get", ...args];
    return runQuietly(title, words[0], words.slice(1), { env });
  };
  if (!aptUpdated) {
    step("reading Debian's package lists (apt-get update)");
    aptUpdated = (await apt("apt-get update", "update", "-qq")) === 0;
  }
  step(`installing ${packages.length} Debian packages: ${packages.join(" ")}`);
  return (await apt(`installing ${label}`, "install", "-y", "--no-install-recommends", ...packages)) === 0;
}

/** Like run, but a failure is an error that says what to do. */
export async function must(command, args, remedy, options = {}) {
  const code = await run(command, args, options);
  if (code !== 0) throw new ToolError(`“${[command, ...args].join(" ")}” failed (exit ${code}).`, remedy);
}
