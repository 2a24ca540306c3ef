// Long work on one model: sessions are opened, continued, saved, restored, forked, rewound and aborted at random points.
// Nothing may fail, every session must answer as a fresh run over its tokens does, and memory must stay flat.
//   node --expose-gc tests/soak/soak.mjs [--minutes 30] [--seed 1] [--model path] [--cache f32|int8] [--threads n]
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { load } from "../../dist/index.js";
import { random } from "./random.mjs";
import { saveAndRestore, tryBrokenBytes } from "./saving.mjs";

const { values: given } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    model: { type: "string", default: "models/onehead-tiny/onehead-tiny.q8_0.gguf" },
    cache: { type: "string" },
    threads: { type: "string" },
  },
});
const repo = new URL("../../", import.meta.url);
const mostSessions = 5;
const callsPerRound = 150;
const slackBytes = 64 << 10; // of the engine's heap from round to round: lists keep their longest length
const slackOfNode = 24 << 20;

const dice = random(Number(given.seed));
const file = new Uint8Array(await readFile(new URL(given.model, repo)));
const options = { contextLength: 512 };
if (given.cache) options.cache = given.cache;
if (given.threads) options.runtime = { threads: Number(given.threads) };

const model = await load(file, options);
const { vocabSize, contextLength } = model.info;
/** @type {{ session: object, tokens: number[] }[]} */
let open = [];
const done = {};

const ids = (count) => Array.from({ length: count }, () => dice.below(vocabSize));
const room = (one) => contextLength - one.tokens.length;
const some = () => dice.pick(open);

const sampling = () =>
  dice.chance(0.5) ? {} : { temperature: 0.9, topK: dice.below(50), topP: 0.95, seed: dice.below(1000) };

/** What a model that knows nothing of the past answers to the same tokens. */
async function freshAnswer(fresh, tokens, generation) {
  const session = await fresh.createSession();
  const answer = [];
  for await (const token of session.generate(tokens, generation)) answer.push([token.id, token.logprob]);
  session.dispose();
  return answer;
}

const calls = {
  async open() {
    if (open.length >= mostSessions) return calls.dispose();
    const session = await model.createSession();
    const tokens = ids(1 + dice.below(120));
    await session.append(tokens);
    open.push({ session, tokens });
  },

  async generate() {
    const one = some();
    const added = ids(dice.below(Math.min(20, room(one))));
    if (one.tokens.length + added.length === 0 || room(one) < added.length + 2) return calls.dispose(one);
    const out = [];
    const maxTokens = 1 + dice.below(Math.min(30, room(one) - added.length));
    for await (const token of one.session.generate(added, { maxTokens, ...sampling() })) out.push(token.id);
    one.tokens.push(...added, ...out);
  },

  /** Aborts after some tokens, or before the first while the prompt is read. */
  async abort() {
    const one = some();
    const added = ids(dice.below(Math.min(60, room(one))));
    if (one.tokens.length + added.length === 0 || room(one) < added.length + 2) return calls.dispose(one);
    const controller = new AbortController();
    const reason = new Error("enough");
    const out = [];
    let ended = false;
    const after = dice.below(12);
    if (after === 0) setTimeout(() => controller.abort(reason), dice.below(4));
    try {
      for await (const token of one.session.generate(added, { signal: controller.signal, ...sampling() })) {
        out.push(token.id);
        if (out.length === after) controller.abort(reason);
      }
      ended = true;
    } catch (error) {
      if (error !== reason) throw error;
    }
    // Aborted before its first token, a session stands where it stood.
    if (ended || out.length > 0) one.tokens.push(...added, ...out);
  },

  async fork() {
    if (open.length >= mostSessions) return calls.dispose();
    const one = some();
    open.push({ session: await one.session.fork(), tokens: [...one.tokens] });
  },

  async rewind() {
    const one = some();
    const position = dice.below(one.tokens.length + 1);
    await one.session.rewind(position);
    one.tokens.length = position;
  },

  async save() {
    if (open.length >= mostSessions) return calls.dispose();
    const one = some();
    open.push({ session: await saveAndRestore(model, one.session), tokens: [...one.tokens] });
  },

  broken: () => tryBrokenBytes(model, some().session, dice),

  async together() {
    const pairs = open.filter((one) => room(one) > 14 && one.tokens.length > 0);
    await Promise.all(
      pairs.map(async (one) => {
        const out = [];
        for await (const token of one.session.generate([], { maxTokens: 10 })) out.push(token.id);
        one.tokens.push(...out);
      }),
    );
  },

  async score() {
    await model.score(ids(5), [ids(3), ids(7)]);
  },

  dispose(one = some()) {
    one.session.dispose();
    open = open.filter((other) => other !== one);
  },
};

const weights = {
  open: 3,
  generate: 8,
  abort: 4,
  fork: 2,
  rewind: 2,
  save: 2,
  broken: 1,
  together: 1,
  score: 1,
  dispose: 1,
};

async function compareWithFresh() {
  const fresh = await load(file, { ...options, runtime: { worker: false } });
  let compared = 0;
  for (const one of open) {
    if (one.session.position !== one.tokens.length)
      throw new Error(`a session stands at ${one.session.position}, not at ${one.tokens.length}`);
    if (one.tokens.length === 0 || room(one) < 17) continue;
    const generation = { maxTokens: 16, logprobs: true, ...sampling() };
    const expected = await freshAnswer(fresh, one.tokens, generation);
    const answer = [];
    for await (const token of one.session.generate([], generation)) answer.push([token.id, token.logprob]);
    one.tokens.push(...answer.map(([id]) => id));
    if (JSON.stringify(answer) !== JSON.stringify(expected))
      throw new Error(`after ${JSON.stringify(one.tokens)}: ${JSON.stringify(answer)} for ${JSON.stringify(expected)}`);
    compared++;
  }
  fresh.dispose();
  return compared;
}

/** Memory with every session closed. */
async function memoryNow() {
  for (const one of open) one.session.dispose();
  open = [];
  const { wasmBytes, heapBytes } = await model.memory();
  globalThis.gc?.();
  return { wasmBytes, heapBytes, node: process.memoryUsage().heapUsed };
}

/** The pool of K/V blocks keeps its largest size. It has it from here on: all sessions full, and one being restored. */
async function fillPool() {
  const sessions = await Promise.all(Array.from({ length: mostSessions + 1 }, () => model.createSession()));
  for (const session of sessions) await session.append(ids(contextLength));
  for (const session of sessions) session.dispose();
}

await fillPool();
const end = Date.now() + Number(given.minutes) * 60_000;
const memory = [];
let compared = 0;
let rounds = 0;
while (Date.now() < end || rounds < 4) {
  for (let i = 0; i < callsPerRound; i++) {
    const name = open.length === 0 ? "open" : dice.weighted(weights);
    await calls[name]();
    done[name] = (done[name] ?? 0) + 1;
  }
  compared += await compareWithFresh();
  memory.push(await memoryNow());
  rounds++;
}
model.dispose();

// What is long-lived has its full size after a few rounds.
const settled = memory[Math.min(memory.length - 2, Math.max(2, memory.length >> 2))];
const last = memory.at(-1);
const grown = Object.fromEntries(Object.keys(last).map((name) => [name, last[name] - settled[name]]));
console.log(JSON.stringify({ seed: Number(given.seed), rounds, calls: done, compared, memory: last, grown }));
if (compared < rounds) throw new Error(`only ${compared} sessions were compared in ${rounds} rounds`);
if (grown.wasmBytes > 0) throw new Error(`the engine's memory grew by ${grown.wasmBytes} bytes`);
if (grown.heapBytes > slackBytes) throw new Error(`the engine's heap grew by ${grown.heapBytes} bytes`);
if (globalThis.gc && grown.node > slackOfNode) throw new Error(`Node's heap grew by ${grown.node} bytes`);
