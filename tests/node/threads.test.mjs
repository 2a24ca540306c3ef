// A pool thread that dies must not leave the engine waiting for its part.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { openPort } from "../../dist/ports.js";
import { ThreadTeam } from "../../dist/thread_pool.js";
import { forward, loadModel, openSession } from "../one_answer/raw_model.mjs";
import { instantiateWithThreads } from "../one_answer/with_threads.mjs";

const repo = new URL("../../", import.meta.url);

test("the death of a thread is a trap, not a wait for ever", { timeout: 60_000 }, async () => {
  const module = new WebAssembly.Module(await readFile(new URL("dist/wasm/onehead-simd128-threads.wasm", repo)));
  const engine = await instantiateWithThreads(module, 2, new ThreadTeam(openPort));
  loadModel(engine, new Uint8Array(await readFile(new URL("tests/data/stories260K.gguf", repo))));
  const session = openSession(engine);
  forward(engine, [{ session, token: 400 }]);
  // As a dying thread does (thread.ts), over and over, since each loop begins its count anew.
  const dying = new Worker(
    `const { words, at } = require("node:worker_threads").workerData;
     for (;;) {
       Atomics.or(words, at, 1 << 31);
       Atomics.notify(words, at);
     }`,
    {
      eval: true,
      workerData: { words: new Int32Array(engine.memory.buffer), at: engine.places[0].finished >>> 2 },
    },
  );
  try {
    await new Promise((resolve) => dying.once("online", resolve));
    assert.throws(() => {
      for (let i = 0; i < 400; ++i) forward(engine, [{ session, token: 400 + (i % 50) }]);
    }, WebAssembly.RuntimeError);
  } finally {
    await dying.terminate();
    engine.end();
  }
});
