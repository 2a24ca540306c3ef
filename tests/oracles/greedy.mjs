// Greedy continuations and all logits from the bound engine, several sequences at once.
import { close, Flag, forward, openSession } from "../one_answer/raw_model.mjs";

/** Ids that follow the prompt, greedily, without the end token. */
export function continueGreedily(engine, prompt, limit) {
  const session = openSession(engine);
  let rows = prompt.map((token) => ({ session, token }));
  while (rows.length > engine.maxRows()) forward(engine, rows.splice(0, engine.maxRows()));
  rows.at(-1).flags = Flag.logits;
  const out = [];
  while (out.length < limit) {
    forward(engine, rows);
    const token = engine.sampled()[0];
    if (engine.isEnd(token)) break;
    out.push(token);
    rows = [{ session, token, flags: Flag.logits }];
  }
  close(engine, session);
  return out;
}

/** Logits after each of the tokens, one Float32Array per position. */
export function allLogits(engine, tokens) {
  const session = openSession(engine);
  const out = [];
  for (let begin = 0; begin < tokens.length; begin += 16) {
    const part = tokens.slice(begin, begin + 16);
    forward(
      engine,
      part.map((token) => ({ session, token, flags: Flag.logits | Flag.keep })),
    );
    for (let i = 0; i < part.length; i++) out.push(engine.logits(i).slice());
  }
  close(engine, session);
  return out;
}
