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

const rowsOf = (file) =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));

/** Rows of the dev file: English, then its Spanish references. */
export const devRows = (count) => rowsOf(devFile).slice(0, count);

/** Rows of "babi" or "squad": where it comes from, passage, question, answer. */
export const taskRows = (name) => rowsOf(join(repo, `tests/data/${name}/dev.tsv`));

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

/** A task's layout filled in: the layout's own parts, which hold control tokens, and between them the texts. */
export function promptParts(engine, task, words) {
  const layout = JSON.parse(engine.metadataJson())[`onehead.task.${task}.prompt`];
  return layout.split(/(\{\w+\})/).map((part) => {
    const text = words[part.slice(1, -1)];
    return text === undefined || part[0] !== "{" ? { text: part, control: true } : { text, control: false };
  });
}

/** Token ids of a task's prompt: control tokens are read in the layout, never in the text. */
export function taskPrompt(engine, task, words) {
  const encode = (part, flags) => {
    if (engine.encode(part, flags, 0) !== 0) throw new Error(engine.lastError());
    return [...engine.tokens()];
  };
  const special = 4;
  const noBos = 2;
  return promptParts(engine, task, words)
    .filter(({ text }) => text !== "")
    .flatMap(({ text, control }, i) => encode(text, (i > 0 ? noBos : 0) | (control ? special : 0)));
}

export function decode(engine, ids) {
  engine.idsBuffer(ids.length).set(ids);
  if (engine.decode(ids.length) !== 0) throw new Error(engine.lastError());
  return new TextDecoder().decode(engine.bytes());
}
