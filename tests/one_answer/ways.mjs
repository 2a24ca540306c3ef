// The ways to compute the logits of every position of a token sequence. NUMERICS: all of them give the same bits.
// Each takes the engine, the tokens and the ablated heads, and gives one Float32Array per position.
import { close, Flag, fork, forward, openSession, rewind } from "./raw_model.mjs";

const keepLimit = 16; // logits rows that one call keeps

/** Pushes tokens[begin, end) in one call, logits kept where `wanted` says so. */
function push(engine, session, tokens, begin, end, logits, wanted = () => true) {
  const rows = [];
  const kept = [];
  for (let position = begin; position < end; position++) {
    const want = wanted(position);
    if (want) kept.push(position);
    rows.push({ session, token: tokens[position], flags: want ? Flag.logits | Flag.keep : 0 });
  }
  forward(engine, rows);
  kept.forEach((position, i) => {
    logits[position] = engine.logits(i).slice();
  });
}

function inChunks(engine, tokens, ablate, size) {
  const logits = [];
  const session = openSession(engine, ablate);
  // Chunks of more rows than a call keeps logits for are computed several times, each time keeping others.
  const passes = Math.ceil(size / keepLimit);
  for (let pass = 0; pass < passes; pass++) {
    rewind(engine, session, 0);
    for (let begin = 0; begin < tokens.length; begin += size)
      push(
        engine,
        session,
        tokens,
        begin,
        Math.min(begin + size, tokens.length),
        logits,
        (position) => position % passes === pass,
      );
  }
  close(engine, session);
  return logits;
}

/** Three rows at a time, between rows of four other sequences that stand at other positions. */
function besideFourOthers(engine, tokens, ablate) {
  const logits = [];
  const session = openSession(engine, ablate);
  const others = [1, 2, 3, 4].map((shift) => ({
    session: openSession(engine),
    tokens: tokens.map((_, i) => tokens[(5 * shift + i * shift) % tokens.length]),
    next: 0,
  }));
  const advance = (other, count) => {
    if (other.next + count > other.tokens.length) {
      rewind(engine, other.session, 0);
      other.next = 0;
    }
    const rows = other.tokens.slice(other.next, other.next + count).map((token) => ({ session: other.session, token }));
    other.next += rows.length;
    return rows;
  };
  for (const [i, other] of others.entries()) forward(engine, advance(other, Math.min(i + 1, tokens.length)));
  for (let begin = 0; begin < tokens.length; begin += 3) {
    const own = tokens.slice(begin, begin + 3).map((token) => ({ session, token, flags: Flag.logits | Flag.keep }));
    const groups = [advance(others[0], 1), advance(others[1], 3), own, advance(others[2], 2), advance(others[3], 1)];
    // Interleaved: the first row of each, the second of each, …
    const rows = [];
    for (let i = 0; groups.some((group) => i < group.length); i++)
      for (const group of groups) if (i < group.length) rows.push(group[i]);
    forward(engine, rows);
    own.forEach((_, i) => {
      logits[begin + i] = engine.logits(i).slice();
    });
  }
  for (const { session: one } of [...others, { session }]) close(engine, one);
  return logits;
}

/** The parent goes astray after the fork; the child goes on; then the parent is rewound and must agree as well. */
function afterFork(engine, tokens, ablate) {
  const logits = [];
  const parent = openSession(engine, ablate);
  const half = Math.floor(tokens.length / 2);
  for (let i = 0; i < half; i++) push(engine, parent, tokens, i, i + 1, logits);
  const child = fork(engine, parent, ablate);
  const astray = tokens.slice(half).map((token, i) => tokens[(i * 7 + 3) % tokens.length] ?? token);
  if (astray.length > 0)
    for (let i = 0; i < astray.length; i += 5)
      forward(
        engine,
        astray.slice(i, i + 5).map((token) => ({ session: parent, token })),
      );
  for (let i = half; i < tokens.length; i += 4) push(engine, child, tokens, i, Math.min(i + 4, tokens.length), logits);
  close(engine, child);
  // Where a window has let go of what it would need, the session goes back to nothing, and reads again.
  rewind(engine, parent, half);
  const again = [];
  for (let i = engine.sessionPosition(parent); i < half; i++) forward(engine, [{ session: parent, token: tokens[i] }]);
  for (let i = half; i < tokens.length; i += 4) push(engine, parent, tokens, i, Math.min(i + 4, tokens.length), again);
  close(engine, parent);
  again.forEach((row, position) => {
    if (!sameBits(row, logits[position])) throw new Error(`parent and child differ at position ${position}`);
  });
  return logits;
}

export const ways = {
  "chunks of 7": (engine, tokens, ablate) => inChunks(engine, tokens, ablate, 7),
  "whole prompt": (engine, tokens, ablate) => inChunks(engine, tokens, ablate, engine.maxRows()),
  "single steps": (engine, tokens, ablate) => inChunks(engine, tokens, ablate, 1),
  "beside four others": besideFourOthers,
  "after a fork": afterFork,
};

export function sameBits(a, b) {
  if (a.length !== b.length) return false;
  const x = new Uint32Array(a.buffer, a.byteOffset, a.length);
  const y = new Uint32Array(b.buffer, b.byteOffset, b.length);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}
