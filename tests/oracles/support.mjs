// What the oracles share: the Python with PyTorch and sacreBLEU, the shipped model, the sentences, a working folder.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ToolError } from "../../tools/lib/log.mjs";
import { cache, repo } from "../../tools/lib/paths.mjs";
import { ensurePythonPackages, pythonPath } from "../../tools/lib/python.mjs";
import { aptInstall, capture, debianPackages, which } from "../../tools/lib/run.mjs";
import { instantiate, loadModel } from "../one_answer/raw_model.mjs";

export { repo };
export const shippedModel = join(repo, "models/onehead-tiny/onehead-tiny.q8_0.gguf");
export const devFile = join(repo, "tests/data/tatoeba-en-es/dev.tsv");
/** Outside the clone: dumps of many megabytes, made anew by each run. */
export const work = join(cache, "oracles");
mkdirSync(work, { recursive: true });

/** Rows of the dev file: English, then its Spanish references. */
export function devRows(count) {
  const rows = readFileSync(devFile, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  return rows.slice(0, count);
}

/** A Python with what training/requirements.txt names. */
export const ensurePython = () =>
  ensurePythonPackages("torch, numpy, gguf, sentencepiece, sacrebleu", join(repo, "training/requirements.txt"));

/** Apertium with its English-Spanish data. */
export async function ensureApertium() {
  const ready = () => which("apertium") && (capture("apertium", ["-l"]) ?? "").includes("eng-spa");
  if (ready()) return;
  await aptInstall(debianPackages("oracles"));
  if (!ready()) throw new ToolError("Apertium is not installed.", "sudo apt-get install apertium apertium-eng-spa");
}

const execute = promisify(execFile);

/** Standard output of a Python script of the repository. */
export async function python(script, ...args) {
  const { stdout } = await execute(pythonPath, [join(repo, script), ...args.map(String)], { maxBuffer: 1 << 28 });
  return stdout;
}

/** The shipped model with its weights as F32, made once per model file. */
export async function dequantizedModel() {
  const target = join(work, "onehead-tiny.f32.gguf");
  await python("tests/oracles/dequantize.py", shippedModel, target);
  return target;
}

/** The bound engine of the wasm build with a model in it. */
export async function openEngine(modelPath) {
  const module = await WebAssembly.compile(await readFile(`${repo}/dist/wasm/onehead-simd128.wasm`));
  return loadModel(instantiate(module), new Uint8Array(await readFile(modelPath)));
}

/** Token ids of a translation prompt: control tokens are read in the layout, never in the text. */
export function translationPrompt(engine, text) {
  const layout = JSON.parse(engine.metadataJson())["onehead.task.translate.prompt"];
  const [before, after] = layout.split("{text}");
  const encode = (part, flags) => {
    if (engine.encode(part, flags, 0) !== 0) throw new Error(engine.lastError());
    return [...engine.tokens()];
  };
  const special = 4;
  const noBos = 2;
  return [...encode(before, special), ...encode(text, noBos), ...encode(after, noBos | special)];
}

export function decode(engine, ids) {
  engine.idsBuffer(ids.length).set(ids);
  if (engine.decode(ids.length) !== 0) throw new Error(engine.lastError());
  return new TextDecoder().decode(engine.bytes());
}
