// Tokens per second of the shipped model in this page: the bound engine, greedy, as the package steps it.
import { close, Flag, forward, instantiate, loadModel, openSession, rewind } from "../../one_answer/raw_model.mjs";

const engines = new Map();

async function open(variant) {
  if (!engines.has(variant)) {
    const fetched = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
    const module = await WebAssembly.compile(await fetched(`/dist/wasm/onehead-${variant}.wasm`));
    const model = await fetched("/models/onehead-tiny/onehead-tiny.q8_0.gguf");
    engines.set(variant, loadModel(instantiate(module), model));
  }
  return engines.get(variant);
}

/** Ids that are no control tokens; which ones does not matter for speed. */
const someToken = (i) => 300 + ((i * 37) % 3000);

/**
 * Prefill: `sequences` prompts of `length` tokens, chunks of as many rows as a call takes, the last row's logits sampled.
 * Decode: from there `steps` steps, one token of each sequence a step. Tokens per second of all sequences together.
 */
export async function modelSpeed({ variant, sequences, length, steps }) {
  const engine = await open(variant);
  const sessions = Array.from({ length: sequences }, () => openSession(engine));
  const rows = [];
  for (let i = 0; i < length; i++)
    sessions.forEach((session, s) => {
      rows.push({ session, token: someToken(i + 11 * s), flags: i === length - 1 ? Flag.logits : 0 });
    });
  const size = engine.maxRows();
  let next = [];
  const start = performance.now();
  for (let begin = 0; begin < rows.length; begin += size) {
    const part = rows.slice(begin, begin + size);
    forward(engine, part);
    const asking = part.filter((row) => row.flags !== 0);
    const sampled = engine.sampled();
    next.push(...asking.map(({ session }, i) => ({ session, token: sampled[i], flags: Flag.logits })));
  }
  const between = performance.now();
  for (let step = 0; step < steps; step++) {
    forward(engine, next);
    const sampled = engine.sampled();
    next = next.map(({ session }, i) => ({ session, token: sampled[i], flags: Flag.logits }));
  }
  const end = performance.now();
  for (const session of sessions) {
    rewind(engine, session, 0);
    close(engine, session);
  }
  return {
    prefill: (rows.length / (between - start)) * 1000,
    decode: ((sequences * steps) / (end - between)) * 1000,
  };
}
