// The runtimes behind one shape: { name, open(), prefill(), decode(), atOnce?(), memory?(), close() }, results in ms.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { modelFolder, modelPath } from "../../../tools/lib/models.mjs";
import { newerNode } from "../../../tools/lib/node-packages.mjs";
import { repo } from "../../../tools/lib/paths.mjs";
import { capture } from "../../../tools/lib/run.mjs";
import { launch } from "../../browser/drivers/index.mjs";
import { serve } from "../../browser/server.mjs";
import { llamaProgram } from "../../oracles/llama_program.mjs";
import { peakOfRenderer } from "./process_memory.mjs";

const textPath = `${repo}/tests/data/war-of-the-worlds/chapters-1-6.txt`;

/** A page of one engine: { version, call(name, …arguments), peak(), close() }. */
export async function openPage(engine) {
  const browser = await launch(engine);
  const server = await serve({ "": repo, "public-models/": modelFolder }, { isolated: true, probe: browser.probe });
  const page = await browser.newPage();
  await page.goto(`${server.url}tests/bench/models/page/`);
  await page.run(async () => {
    while (!window.bench) await new Promise((resolve) => setTimeout(resolve, 50));
  });
  return {
    version: `${engine} ${browser.version}`,
    call: (name, ...args) => page.run((f, ...rest) => window.bench[f](...rest), name, ...args),
    peak: () => (engine === "chromium" ? peakOfRenderer() : null),
    async close() {
      await page.close();
      await browser.close();
      await server.close();
    },
  };
}

const functions = ["open", "prefill", "decode", "atOnce", "memory", "close"];

/** onehead ("our") or wllama ("their") in a page of an engine. */
export async function inPage(engine, prefix, model, options) {
  const page = await openPage(engine);
  await page.call("storeModel", model.file);
  const call =
    (name) =>
    (...args) =>
      page.call(
        `${prefix}${name[0].toUpperCase()}${name.slice(1)}`,
        ...(name === "open" ? [model.file, options] : args),
      );
  const runtime = Object.fromEntries(functions.map((name) => [name, call(name)]));
  return {
    ...runtime,
    name: page.version,
    peak: page.peak,
    async close() {
      await runtime.close();
      await page.close();
    },
  };
}

export async function inNode(model, options) {
  const node = await newerNode();
  const child = spawn(node, [`${repo}/tests/bench/models/node_child.mjs`, modelPath(model), textPath], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const call =
    (name) =>
    async (...args) => {
      child.stdin.write(`${JSON.stringify([name, ...(name === "open" ? [options] : args)])}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("Node ended");
      const { result, error } = JSON.parse(value);
      if (error) throw new Error(error);
      return result;
    };
  const runtime = Object.fromEntries(functions.map((name) => [name, call(name)]));
  return {
    ...runtime,
    name: `Node ${capture(node, ["--version"])}`,
    async close() {
      await runtime.close();
      child.stdin.end();
      await new Promise((resolve) => child.once("exit", resolve));
    },
  };
}

/** llama.cpp's library, one thread: each call is a run of the program, which loads the file anew (mapped, so at once). */
export async function llamaCpp(model) {
  const { program, version } = await llamaProgram();
  const speed = (prompt, ...contexts) =>
    JSON.parse(capture(program, ["speed", modelPath(model), ...[prompt, ...contexts].map(String)]));
  return {
    name: `llama.cpp ${version}`,
    async round(prompt, contexts) {
      return speed(prompt, ...contexts);
    },
  };
}
