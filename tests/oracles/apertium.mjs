// Apertium's rule-based English to Spanish, one sentence a paragraph so that none runs into the next.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { work } from "./support.mjs";

export async function apertium(sentences) {
  // Files, since Apertium opens /dev/stdin by name, which fails for the socket that Node would give it.
  const input = join(work, "apertium.en.txt");
  const output = join(work, "apertium.es.txt");
  await writeFile(input, sentences.map((sentence) => `${sentence}\n\n`).join(""));
  await promisify(execFile)("apertium", ["-u", "eng-spa", input, output]);
  const paragraphs = (await readFile(output, "utf8")).split("\n\n");
  const lines = paragraphs.map((paragraph) => paragraph.replace(/\s+/g, " ").trim());
  if (lines.length < sentences.length)
    throw new Error(`apertium gave ${lines.length} of ${sentences.length} sentences`);
  return lines.slice(0, sentences.length);
}
