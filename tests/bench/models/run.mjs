// `npm run bench:models`: public models in our build (Chromium, Firefox, WebKit, Node), in wllama and in llama.cpp itself,
// side by side in one interleaved run; printed beside the bars and written to build/bench/models.json.
//   node tests/bench/models/run.mjs [--rounds N] [--model gemma|smollm] [--only name,…] [load] [speed] [long]
// A training run in the background (training/train.sh) is stopped meanwhile and goes on afterwards, whatever happens.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { main, note, step, ToolError, warn } from "../../../tools/lib/log.mjs";
import { hasModel, publicModels } from "../../../tools/lib/models.mjs";
import { ensureBenchPackages } from "../../../tools/lib/node-packages.mjs";
import { repo } from "../../../tools/lib/paths.mjs";
import { capture } from "../../../tools/lib/run.mjs";
import { printResults } from "./print.mjs";
import { inNode, inPage, llamaCpp, openPage } from "./runtimes.mjs";

const sizes = { prompt: 512, context: 128, steps: 24, long: 2048, longest: 8000, sequences: 16 };
const wllamaSteps = 12;

const pauseTraining = () => capture("sh", [join(repo, "training/pause.sh")]);
const resumeTraining = () => capture("sh", [join(repo, "training/pause.sh"), "on"]);
process.once("exit", resumeTraining);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** How each runtime is opened; `threads` of ours, wllama with one. */
const openers = {
  chromium: (model) => inPage("chromium", "our", model, { runtime: { threads: 1 } }),
  "chromium-2": (model) => inPage("chromium", "our", model, { runtime: { threads: 2 } }),
  node: (model) => inNode(model, { runtime: { threads: 1 } }),
  firefox: (model) => inPage("firefox", "our", model, { runtime: { threads: 1 } }),
  webkit: (model) => inPage("webkit", "our", model, { runtime: { threads: 1 } }),
  wllama: (model) => inPage("chromium", "their", model, { threads: 1 }),
};
const isOurs = (name) => name !== "wllama";

/** A fresh page each time: milliseconds to the model and to its first token, memory of ours with 2,048 positions. */
async function measureLoad(model, names, rounds) {
  const results = {};
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      note(`loading, round ${round + 1} of ${rounds}: ${name}`);
      const runtime = await openers[name](model);
      try {
        const opened = await runtime.open();
        if (isOurs(name)) Object.assign(opened, await runtime.memory(sizes.long));
        opened.processPeak = runtime.peak?.() ?? null;
        results[name] ??= [];
        results[name].push(opened);
      } finally {
        await runtime.close();
      }
    }
  return results;
}

/** All runtimes open at once and asked in turn. */
async function measureSpeed(model, names, rounds) {
  const runtimes = {};
  const results = { machine: [], gemm: [], native: [], runtimes: {} };
  const machine = await openPage("chromium");
  const native = await llamaCpp(model);
  try {
    for (const name of names) {
      note(`opening ${name}`);
      runtimes[name] = await openers[name](model);
      results.runtimes[name] = { about: await runtimes[name].open(), prefill: [], decode: [], atOnce: [] };
      results.runtimes[name].name = runtimes[name].name;
      if (isOurs(name)) await runtimes[name].prefill(sizes.context); // the engine's code is compiled well after this
    }
    for (let round = 0; round < rounds; round++) {
      note(`speed, round ${round + 1} of ${rounds}`);
      results.machine.push(await machine.call("machineRates"));
      results.gemm.push(await machine.call("gemmRate", { outputs: 2048, columns: 640, rows: sizes.sequences }));
      for (const name of names) {
        const { prefill, decode, atOnce } = results.runtimes[name];
        const begin = 600 * (round % 10);
        decode.push(await runtimes[name].decode(sizes.context, isOurs(name) ? sizes.steps : wllamaSteps, begin));
        prefill.push(await runtimes[name].prefill(sizes.prompt, begin + 150));
        if (name === "chromium") atOnce.push(await runtimes[name].atOnce(sizes.sequences, sizes.context, sizes.steps));
      }
      results.native.push(await native.round(sizes.prompt, [sizes.context]));
    }
  } finally {
    for (const runtime of Object.values(runtimes)) await runtime.close();
    await machine.close();
  }
  return results;
}

/** Long contexts, ours in Chromium and llama.cpp; wllama once, for it takes minutes. */
async function measureLong(model, rounds) {
  const native = await llamaCpp(model);
  const ours = await openers.chromium(model);
  const results = { ours: [], native: [], wllama: [] };
  try {
    await ours.open();
    await ours.prefill(sizes.context);
    for (let round = 0; round < rounds; round++) {
      note(`long contexts, round ${round + 1} of ${rounds}`);
      for (const context of [sizes.context, sizes.long, sizes.longest])
        results.ours.push(await ours.decode(context, sizes.steps));
      results.native.push(...(await native.round(sizes.context, [sizes.context, sizes.long])).decode);
    }
    const theirs = await openers.wllama(model);
    try {
      note(`wllama at ${sizes.long}`);
      await theirs.open();
      results.wllama.push(await theirs.decode(sizes.long, wllamaSteps));
    } finally {
      await theirs.close();
    }
  } finally {
    await ours.close();
  }
  return results;
}

main(async (args) => {
  const option = (name, otherwise) => {
    const at = args.indexOf(`--${name}`);
    return at >= 0 ? args.splice(at, 2)[1] : otherwise;
  };
  const rounds = Number(option("rounds", 3));
  const model = publicModels[option("model", "gemma")];
  const only = option("only", Object.keys(openers).join(",")).split(",");
  const wanted = (part) => args.length === 0 || args.includes(part);
  if (!model || !hasModel(model)) throw new ToolError("That model is not here.", "npm run fetch:models");
  await ensureBenchPackages();
  const names = only.filter((name) => openers[name]);
  const results = {
    model: model.title,
    fileBytes: model.bytes,
    processor: cpus()[0].model,
    cores: cpus().length,
    sizes,
  };
  pauseTraining();
  try {
    if (wanted("load")) {
      step("loading");
      const loaders = names.filter((name) => ["chromium", "node", "wllama"].includes(name));
      results.load = await measureLoad(model, loaders, rounds);
    }
    if (wanted("speed")) {
      step("speed");
      results.speed = await measureSpeed(model, names, rounds);
    }
    if (wanted("long")) {
      step("long contexts");
      results.long = await measureLong(model, Math.ceil(rounds / 2));
    }
  } catch (error) {
    warn("stopped early; what was measured until then follows");
    console.error(error);
    process.exitCode = 1;
  } finally {
    resumeTraining();
  }
  mkdirSync(join(repo, "build/bench"), { recursive: true });
  const file = join(repo, "build/bench/models.json");
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  printResults(results);
  note(`written to ${file}`);
  return process.exitCode;
});
