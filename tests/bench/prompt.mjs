// What reading a prompt in one pass gains over reading it token by token: `node tests/bench/prompt.mjs` (npm run build
// first) measures it on the shipped model, in Node, and writes docs/studies/prompt.json. Both ways take turns; the bits
// of what comes next must be the same.
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { load } from "../../dist/index.js";
import { summary } from "./statistics.mjs";

const file = new URL("../../models/onehead-tiny/onehead-tiny.q8_0.gguf", import.meta.url);
const out = new URL("../../docs/studies/prompt.json", import.meta.url);
const lengths = [32, 128];
const rounds = 15;

const model = await load(new Uint8Array(await readFile(file)), { runtime: { worker: false, threads: 1 } });

/** Milliseconds until the prompt is read, and the logits' own trace of it: what comes next, and how likely. */
async function read(ids, atOnce) {
  const session = await model.createSession();
  const last = ids.length - 1;
  const started = performance.now();
  if (atOnce) await session.append(ids.slice(0, last));
  else for (const id of ids.slice(0, last)) await session.append([id]);
  let next;
  for await (const token of session.generate(ids.slice(last), { maxTokens: 1, logprobs: true })) next = token;
  const ms = performance.now() - started;
  session.dispose();
  return { ms, next: `${next.id} ${next.logprob}` };
}

const measured = [];
for (const length of lengths) {
  const ids = Array.from({ length }, (_, i) => (i === 0 ? 1 : 300 + ((i * 37) % 3000)));
  const times = { once: [], each: [] };
  for (let round = -1; round < rounds; round++) {
    const [once, each] = [await read(ids, true), await read(ids, false)];
    if (once.next !== each.next) throw new Error(`another answer token by token: ${once.next}, ${each.next}`);
    if (round < 0) continue; // warms up
    times.once.push(once.ms);
    times.each.push(each.ms);
  }
  measured.push({
    tokens: length,
    onePassMs: Number(summary(times.once, "lower").median.toFixed(2)),
    tokenByTokenMs: Number(summary(times.each, "lower").median.toFixed(2)),
  });
}
const { variant, threads } = model.info;
const study = { processor: cpus()[0].model, variant, threads, rounds, measured };
model.dispose();
await writeFile(out, `${JSON.stringify(study, null, 1)}\n`);
console.log(`${fileURLToPath(out)}\n`, study);
