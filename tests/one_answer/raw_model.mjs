// The bound engine as the tests call it, in Node and in a page: below the npm package, so that rows, chunks and
// sessions can be arranged freely.

import { bindEngine } from "../../dist/raw_engine.js";
import { createMemory } from "../../dist/threads.js";
import { instantiate as newInstance } from "../../dist/wasm_module.js";

/**
 * The engine of a new instance of the compiled module: one each, so that a failure cannot leak into the next model.
 */
export const instantiate = (module, memory = createMemory(false)) => bindEngine(newInstance(module, memory), memory);

const must = (engine, code, what) => {
  if (code < 0 || code > 0) throw new Error(`${what}: code ${code}: ${engine.lastError()}`);
};

export function loadModel(engine, file, { precisionF32 = false, cacheInt8 = false } = {}) {
  must(engine, engine.loadBegin(file.length, 0, precisionF32, cacheInt8), "loadBegin");
  const piece = 1 << 16;
  for (let at = 0; at < file.length; at += piece) {
    const part = file.subarray(at, at + piece);
    engine.staging(part.length).set(part);
    must(engine, engine.loadPush(part.length), "loadPush");
  }
  must(engine, engine.loadEnd(), "loadEnd");
  return engine;
}

export const Flag = { logits: 1, trace: 2, keep: 4, skipLogprob: 16 };

/** One call of forward with rows of { session, token, flags }. */
export function forward(engine, rows) {
  const view = engine.rows();
  rows.forEach(({ session, token, flags = 0 }, i) => {
    view.set([session, token, flags, -1], 4 * i);
  });
  must(engine, engine.forward(rows.length, 0), "forward");
}

/** A session that samples greedily, with heads ablated as pairs of (layer, head). */
export function openSession(engine, ablate = []) {
  const session = engine.createSession();
  if (session < 0) throw new Error(`createSession: ${engine.lastError()}`);
  configure(engine, session, ablate);
  return session;
}

export function fork(engine, session, ablate = []) {
  const child = engine.forkSession(session);
  if (child < 0) throw new Error(`forkSession: ${engine.lastError()}`);
  configure(engine, child, ablate);
  return child;
}

function configure(engine, session, ablate) {
  must(engine, engine.configureSession(session, 0, 0, 1, 0, 1, 0), "configureSession");
  if (ablate.length > 0) {
    engine.idsBuffer(2 * ablate.length).set(ablate.flat());
    must(engine, engine.setAblation(session, ablate.length), "setAblation");
  }
}

export const rewind = (engine, session, position) =>
  must(engine, engine.rewindSession(session, position), "rewindSession");
export const close = (engine, session) => must(engine, engine.freeSession(session), "freeSession");

export function traceAll(engine, include) {
  const { nLayers, nQueryHeads } = engine.info();
  const ids = engine.idsBuffer(nLayers + nQueryHeads);
  for (let i = 0; i < nLayers; i++) ids[i] = i;
  for (let i = 0; i < nQueryHeads; i++) ids[nLayers + i] = i;
  must(engine, engine.setTrace(nLayers, nQueryHeads, include), "setTrace");
}
