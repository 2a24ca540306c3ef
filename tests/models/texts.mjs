// Texts that try a tokenizer: sentences, code, emoji, characters of all of Unicode, control characters, white space,
// look-alikes of special tokens, and bytes that are no UTF-8. The same count gives the same texts everywhere.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const data = join(fileURLToPath(import.meta.url), "..", "..", "data");

/** mulberry32: numbers in [0, 1) that a seed fixes. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

const contractions = "'s 't 're 've 'm 'll 'd 'S 'T 'RE 'vE 'M 'lL 'D ' ’s ''s".split(" ");
const separators = ["", ..."| |  |\n|\t|, |. |; | — |…|/|_|-|\r\n".split("|").slice(1)];
const spaces = " |  |   |\n|\n\n|\r\n|\r|\t|\t\t|\u00a0|\u2003|\u3000|\u0085|\u2028|\v|\f".split("|");
const lookAlikes = (
  "<s> </s> <unk> <bos> <eos> <pad> <mask> <start_of_turn> <end_of_turn> <|im_start|> <|im_end|> <|endoftext|> " +
  "<|eot_id|> <0x41> <0xFF> <unused12> <unused [multimodal] <strong> </strong> <h1> <td> </td> <code> < > </ <| |> " +
  "▁ ▁▁ Ġ [UNK] <reponame> <start_of_image> <im_end>"
).split(" ");
const emoji = "😀 🦙 ❤️ 👩‍👩‍👧‍👦 🇪🇸 🇬🇧 👍🏽 🏳️‍🌈 1️⃣ ☃ ♟️ 🫠 🧑🏿‍🚀 © ™ → ∑ ½ ① Ⅷ ²".split(" ");
const keywords = "if,for,while,return,const,function,def,class,import,static,int,std::vector,fn,let mut,SELECT".split(
  ",",
);
const operators = ' = @ == @!=@ += @->@=>@::@.@ && @ || @<<@(@)@[@]@{@}@;@//@/* @#@\\n@"@`'.split("@");
/** Where letters, marks, digits and signs of many scripts are: from and up to, in hex. */
const blocks = (
  "20-7f a0-250 250-370 370-400 400-530 590-700 900-e80 1000-1100 1100-1200 1780-1820 1e00-2000 2000-2070 2070-2190 " +
  "2190-2c00 2e80-3400 3400-a000 a000-ac00 ac00-d7a4 e000-fb00 fb00-10000 10000-11000 11000-12000 12000-15000 " +
  "16800-1d000 1d000-1e000 1e000-1f000 1f000-1fc00 20000-32400 e0000-10fffe"
)
  .split(" ")
  .map((range) => range.split("-").map((hex) => Number.parseInt(hex, 16)));
const nonAsciiZeros = [0x660, 0x966, 0xff10, 0x1d7d8];
/** Overlong forms, a surrogate, cut characters, bytes that are never in UTF-8. */
const damage = "c080 eda080 e09fbf e296 f09f98 ff fefe 80".split(" ").map((hex) => [...Buffer.from(hex, "hex")]);

export function texts(count) {
  const random = randomNumbers(1);
  const below = (n) => Math.floor(random() * n);
  const pick = (list) => list[below(list.length)];
  const repeat = (n, part) => Array.from({ length: n }, part).join("");

  const rows = readFileSync(join(data, "tatoeba-en-es/dev.tsv"), "utf8").trimEnd().split("\n");
  const sentences = rows.flatMap((row) => row.split("\t"));
  const many = readFileSync(join(data, "gpt2-vocab/gpt2-vocab.inp"), "utf8").split("\n__ggml_vocab_test__\n");

  const digits = () => repeat(1 + below(7), () => String(below(10)));
  const number = () =>
    pick([
      digits,
      () => `${digits()}.${digits()}`,
      () => `${1 + below(28)}/${1 + below(12)}/${1900 + below(200)}`,
      () => `0x${below(1 << 30).toString(16)}`,
      () => `-${digits()}e-${below(30)}`,
      () => `${digits()},${digits()} €`,
      () => String.fromCodePoint(...Array.from({ length: 1 + below(4) }, () => pick(nonAsciiZeros) + below(10))),
    ])();
  const word = () => pick(pick(sentences).split(" "));
  const identifier = () =>
    pick([() => word(), () => `${word()}_${word()}`, () => `${word()}${below(100)}`, () => word().toUpperCase()])();
  const character = () => {
    const [from, to] = pick(blocks);
    return String.fromCodePoint(from + below(to - from));
  };
  const control = () =>
    String.fromCodePoint(pick([below(32), below(32), 127, 128 + below(32), 0x200b + below(5), 0xfeff, 0xfffd]));
  const cased = (text) =>
    pick([(t) => t, (t) => t.toUpperCase(), (t) => t.replace(/ /g, () => pick(separators))])(text);

  /** Up to n of the parts, each with one of the ends. */
  const mixed = (n, parts, ends = [""]) => repeat(1 + below(n), () => pick(parts)() + pick(ends));
  const anyOf = (list) => () => pick(list);
  const sentence = anyOf(sentences);
  const space = anyOf(spaces);
  const code = () => mixed(8, [anyOf(keywords), identifier, anyOf(operators), number], [" ", ""]);
  const blankRun = () => pick([" ", "\n", "\t"]).repeat(below(40));

  const kinds = [
    sentence,
    () => mixed(4, [() => cased(sentence())], separators),
    () => pick(many) + pick(separators) + sentence(),
    () => mixed(3, [() => space().repeat(below(4)) + code()], ["\n", "\r\n", ";\n", ""]),
    () => mixed(6, [anyOf(emoji), word], [" ", "", ""]),
    () => mixed(12, [character, character, character, word, number], ["", "", " "]),
    () => mixed(10, [control, control, word, () => " "]),
    () => mixed(8, [number, word, () => word() + pick(contractions), anyOf(operators)], ["", " ", " "]),
    () => mixed(8, [() => mixed(5, [space]), blankRun, word, number]),
    () => mixed(6, [anyOf(lookAlikes), anyOf(lookAlikes), word, space], ["", "", " "]),
  ];
  // Bytes that llama.cpp survives: a lead byte of a code point above U+10FFFF ends its byte-level tokenizer.
  const anyByte = () => below(0xf4);
  const broken = () => {
    const bytes = [...Buffer.from(pick(kinds)())].filter((byte) => byte < 0xf4);
    for (let n = 1 + below(4); n > 0; n--) {
      const at = below(bytes.length + 1);
      pick([
        () => bytes.splice(at, 1),
        () => bytes.splice(at, 0, anyByte()),
        () => bytes.splice(at, 0, ...pick(damage)),
        () => bytes.splice(at, 1 + below(3)),
      ])();
    }
    return Buffer.from(bytes);
  };

  const out = [];
  for (let i = 0; i < count; i++) {
    const kind = i % (kinds.length + 1);
    out.push(kind < kinds.length ? Buffer.from(kinds[kind]()) : broken());
  }
  return out;
}

/** The lines that tests/native/tokenize.cpp reads: every text with one of its four ways. */
export const tokenizeLines = (list) => list.map((text, i) => `${i % 4} ${text.toString("hex")}\n`).join("");
