// A stage runs one suite and says how many checks passed, failed and were skipped.
import { spawn } from "node:child_process";
import { repo } from "./paths.mjs";

/** In CI a missing browser or tool is a failure; on a developer's machine it is a printed skip. */
export const inCi = /^(1|true)$/i.test(process.env.CI ?? "");

export const counts = (passed = 0, failed = 0, skipped = 0) => ({ passed, failed, skipped });

export const sum = (results) =>
  results.reduce((a, b) => counts(a.passed + b.passed, a.failed + b.failed, a.skipped + b.skipped), counts());

const number = (text, pattern) => Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0);

/** How each runner's closing summary is read. */
const readers = {
  gtest: (text) =>
    counts(
      number(text, /\[ {2}PASSED {2}\] (\d+) test/g),
      number(text, /\[ {2}FAILED {2}\] (\d+) test/g),
      number(text, /\[ {2}SKIPPED \] (\d+) test/g),
    ),
  node: (text) => {
    const line = (name) => number(text, new RegExp(`^(?:ℹ|#) ${name} (\\d+)$`, "gm"));
    return counts(line("pass"), line("fail") + line("cancelled"), line("skipped") + line("todo"));
  },
  vitest: (text) => {
    const line = text.match(/^\s+Tests\s+(.+)$/m)?.[1] ?? "";
    const part = (name) => number(line, new RegExp(`(\\d+) ${name}`, "g"));
    return counts(part("passed"), part("failed"), part("skipped") + part("todo"));
  },
  exit: () => counts(1),
};

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/**
 * Runs a suite, passing its output through, and reads its summary. An exit code other than 0, or a summary
 * without a single check, is a failure whatever the summary says.
 */
export function suite(reader, command, args, { env, cwd = repo } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const output = [];
    for (const [stream, target] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])
      stream.on("data", (chunk) => {
        output.push(chunk);
        target.write(chunk);
      });
    child.on("error", reject);
    child.on("close", (code) => {
      const text = Buffer.concat(output).toString();
      const result = readers[reader](text.replace(ansi, ""));
      if ((code !== 0 || result.passed + result.skipped === 0) && result.failed === 0) {
        if (code === 0) console.log(`${command}: no check was run`);
        result.failed = 1;
        if (reader === "exit") result.passed = 0;
      }
      resolve(result);
    });
  });
}
