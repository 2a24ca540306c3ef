// Token ids of 12,000 mixed texts (texts.mjs). They equal llama.cpp's on every one, whatever its bytes, and so do the
// tokens that end a generation; they equal those of the libraries that the files' tokenizers come from where llama.cpp's
// do. Pre-tokenizers without a public model here are tried on GPT-2's vocabulary.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pythonPath } from "../../tools/lib/python.mjs";
import { llamaCpp, llamaCppVersion, modelPath, nativeProgram, publicModels, repo, work } from "./support.mjs";
import { texts, tokenizeLines } from "./texts.mjs";

const list = texts(12_000);

function lines(command, words, count) {
  const input = tokenizeLines(list.slice(0, count));
  const out = execFileSync(command, words, { input, maxBuffer: 1 << 28 }).toString();
  return out
    .split("\n")
    .slice(0, -1)
    .map((line) => line.trim());
}

const engine = (file, count) => lines(nativeProgram("tokenize"), [file], count);
const llama = (file, count) => lines(llamaCpp, ["tokenize", file], count);
const library = (file) => lines(pythonPath, [join(repo, "tests/models/library_ids.py"), file]);

/** Where two lists of lines part, at most five places, in words. */
function partings(ours, theirs, count = list.length) {
  assert.equal(ours.length, count);
  assert.equal(theirs.length, count);
  const places = [...ours.keys()].filter((i) => ours[i] !== theirs[i]);
  return places.slice(0, 5).map((i) => `${JSON.stringify(list[i].toString())}: ${ours[i]} | ${theirs[i]}`);
}

function equalsLlamaCpp(file, context) {
  const [ends, ...ours] = engine(file);
  const [theirEnds, ...theirs] = llama(file);
  assert.equal(ends, theirEnds, "the tokens that end a generation");
  assert.deepEqual(partings(ours, theirs), []);
  context.diagnostic(`${list.length} texts: ids equal those of llama.cpp ${llamaCppVersion}`);
}

/** `apart(text)`: llama.cpp is known to read such a text in another way than the library, and so do we. */
function equalsLibrary(file, apart, context) {
  const [, ...ours] = engine(file);
  const theirs = library(file);
  const asked = list.map((text, i) => theirs[i] !== "-" && !apart(text.toString()));
  const count = asked.filter(Boolean).length;
  assert.ok(count > 10_000, `${count} texts`);
  assert.deepEqual(
    partings(
      ours.map((ids, i) => (asked[i] ? ids : "")),
      theirs.map((ids, i) => (asked[i] ? ids : "")),
    ),
    [],
  );
  context.diagnostic(`${count} texts: ids equal the library's`);
}

const gemma = modelPath(publicModels.gemma);
const smollm = modelPath(publicModels.smollm);

test("Gemma: llama.cpp", (context) => equalsLlamaCpp(gemma, context));
test("SmolLM2: llama.cpp", (context) => equalsLlamaCpp(smollm, context));

// llama.cpp takes </s>, in Gemma a tag of HTML, for the end of a generation and so for no text. It looks for user-defined
// pieces, in Gemma runs of spaces, before spaces become space signs; sentencepiece afterwards.
test("Gemma: sentencepiece", (context) => equalsLibrary(gemma, (text) => /<\/s>|▁/.test(text), context));

// SmolLM2 has no tokens for these characters: llama.cpp leaves them out after its merges, tokenizers before.
const missing = [..."\u0004\u0006\u0013\u0014\u0016\u001d"];
const hasMissing = (text) => missing.some((character) => text.includes(character));
test("SmolLM2: tokenizers", (context) => equalsLibrary(smollm, hasMissing, context));

/** GPT-2's vocabulary under the name of another pre-tokenizer. */
function renamed(name) {
  const file = readFileSync(join(repo, "tests/data/gpt2-vocab/gpt2-vocab.gguf"));
  const key = "tokenizer.ggml.pre";
  const at = file.indexOf(key) + key.length + 4;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(name.length));
  const rest = file.subarray(at + 8 + Number(file.readBigUInt64LE(at)));
  const target = join(work, `gpt2-vocab.${name}.gguf`);
  writeFileSync(target, Buffer.concat([file.subarray(0, at), length, Buffer.from(name), rest]));
  return target;
}

for (const name of ["gpt-2", "smollm", "llama-bpe", "qwen2"]) {
  test(`${name}: llama.cpp`, (context) => equalsLlamaCpp(renamed(name), context));
  test(`${name}: tokenizers`, (context) => equalsLibrary(renamed(name), () => false, context));
}

test("every other name of these four: llama.cpp", (context) => {
  const source = readFileSync(join(repo, "cpp/text/words.cpp"), "utf8");
  const names = [...source.matchAll(/^ {4}\{"([^"]+)", WordRule::/gm)].map((match) => match[1]);
  assert.ok(names.length > 30);
  const count = 1000;
  for (const name of names) {
    const file = renamed(name);
    assert.deepEqual(partings(engine(file, count).slice(1), llama(file, count).slice(1), count), [], name);
  }
  context.diagnostic(`${names.length} names`);
});
