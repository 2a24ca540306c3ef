// What the tests over the public models share: the text and its ids, the native programs, Python, a working folder.
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { modelPath, publicModels } from "../../tools/lib/models.mjs";
import { cache, repo } from "../../tools/lib/paths.mjs";
import { pythonPath } from "../../tools/lib/python.mjs";
import { llamaProgram } from "../oracles/llama_program.mjs";

export { modelPath, publicModels, repo };

/** Whose build of the native programs is asked: a narrower one is enough while one works on the tests. */
const preset = process.env.ONEHEAD_PRESET ?? "native-release";
export const isas = ["avx512", "avx2", "sse2", "neon"];
/** Outside the clone. */
export const work = join(cache, "oracles");
mkdirSync(work, { recursive: true });

const textFile = join(repo, "tests/data/war-of-the-worlds/chapters-1-6.txt");
/** Positions of a sequence: the text is cut into such, each with the model's BOS first, if it has one. */
export const sequenceLength = 2048;

const build = join(repo, "build", preset);

/** The instruction sets that this processor has, as CMake found when it configured, the widest first. */
export function runnableIsas() {
  const found = readFileSync(join(build, "CMakeCache.txt"), "utf8");
  return isas.filter((isa) => new RegExp(`^ONEHEAD_CAN_RUN_${isa}:INTERNAL=1$`, "m").test(found));
}

export const nativeProgram = (name, isa = runnableIsas()[0]) => join(build, `${name}_${isa}`);

export const { program: llamaCpp, version: llamaCppVersion } = await llamaProgram();

/** Ids of the text in whole sequences, as llama.cpp reads it: [{ ids, file, vocabSize }]. */
export function textIds(name) {
  const model = publicModels[name];
  const bytes = execFileSync(llamaCpp, ["ids", modelPath(model), textFile], { maxBuffer: 1 << 26 });
  const ids = [...new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)];
  const bos = model.bos === null ? [] : [ids.shift()];
  const own = sequenceLength - bos.length;
  const out = [];
  for (let at = 0; at + own <= ids.length; at += own) out.push(...bos, ...ids.slice(at, at + own));
  return out;
}

export function writeIds(name, ids) {
  const file = join(work, `${name}.i32`);
  writeFileSync(file, Int32Array.from(ids));
  return file;
}

/** What a Python script of this folder makes of a specification. */
export async function python(script, spec) {
  const file = join(work, `${script}.json`);
  writeFileSync(file, JSON.stringify(spec));
  const words = [join(repo, "tests/models", `${script}.py`), file];
  const { stdout } = await promisify(execFile)(pythonPath, words, { maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}
