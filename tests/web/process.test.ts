// The package in a process of its own: importing does nothing, and a program ends when its work is done.

import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { path, stories } from "./support.js";

const entry = (name: string) => JSON.stringify(pathToFileURL(path(`dist/${name}`)).href);

/** Standard output of a program, which must end by itself without a word of complaint. */
function run(program: string): string {
  const words = ["--input-type=module", "--eval", program];
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, words, { encoding: "utf8", timeout: 30_000 });
  expect({ stderr, status, signal }).toEqual({ stderr: "", status: 0, signal: null });
  return stdout.trim();
}

test("importing asks nothing of the world, and the process ends", () => {
  const out = run(`
    const touched = [];
    for (const name of ["WebAssembly", "fetch", "Worker", "MessageChannel", "Blob", "performance", "setImmediate"]) {
      Object.defineProperty(globalThis, name, { get: () => void touched.push(name), configurable: true });
    }
    for (const name of [${entry("index.js")}, ${entry("tasks/index.js")}]) await import(name);
    console.log(JSON.stringify(touched));
  `);
  expect(out).toBe("[]");
});

test.each([
  ["a worker", "{}"],
  ["this thread", "{ runtime: { worker: false } }"],
])("in %s, the process ends without dispose, and not before its work", (_, options) => {
  const out = run(`
    const { load } = await import(${entry("index.js")});
    const model = await load(${JSON.stringify(stories)}, ${options});
    const session = await model.createSession();
    const { usage } = await session.generate("Once", { maxTokens: 100 }).result();
    console.log(usage.completionTokens);
    model.generate("Once", { maxTokens: 50 }).result().then(({ usage }) => console.log(usage.completionTokens));
  `);
  expect(out).toBe("100\n50");
});

test("errors that nobody asks for do not end the process", () => {
  const out = run(`
    const { load } = await import(${entry("index.js")});
    const model = await load(${JSON.stringify(stories)});
    model.generate("");
    const stop = new AbortController();
    model.generate("Once", { signal: stop.signal });
    await model.encode("x");
    stop.abort();
    model.generate("Once");
    model.dispose();
    console.log("still here");
  `);
  expect(out).toBe("still here");
});
