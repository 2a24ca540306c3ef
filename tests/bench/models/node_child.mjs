// onehead in this Node, driven by lines of JSON: [function, …arguments] in, the result out. A program of its own, since
// the bench wants a newer Node than the one that runs it.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { load } from "../../../dist/index.js";
import { onehead } from "./onehead.mjs";

const [, , modelPath, textPath] = process.argv;
const functions = onehead(load, await readFile(textPath, "utf8"));

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...args] = JSON.parse(line);
  try {
    if (name === "open") args.unshift(async () => new Uint8Array(await readFile(modelPath)));
    console.log(JSON.stringify({ result: (await functions[name](...args)) ?? null }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
