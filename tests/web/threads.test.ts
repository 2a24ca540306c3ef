// Several threads: asked for, refused, ended, and dying. That they give the same bits, the golden tables tell
// (tests/node); here the models are too small to share much.

import { existsSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { detectFeatures, type LoadOptions, load } from "onehead";
import { describe, expect, test } from "vitest";
import { openPort } from "../../web/src/ports.js";
import { liveAsThread, type ThreadAnswer } from "../../web/src/thread.js";
import { ThreadTeam } from "../../web/src/thread_pool.js";
import type { EngineWorker } from "../../web/src/types.js";
import { all, failure, here, loaded, path, stories } from "./support.js";

const two = { runtime: { threads: 2 } };

/** Node 20 has none; the web stage runs this file in a newer one too. */
const hasThreads = detectFeatures().threads;

describe.runIf(hasThreads).each<[string, LoadOptions]>([
  ["in this thread", here],
  ["in a worker", {}],
])("%s", (_, options) => {
  test.each([1, 2, 5])("%i threads give one text", async (threads) => {
    const model = await loaded(stories, { runtime: { ...options.runtime, threads } });
    expect(model.info.threads).toBe(threads);
    expect(model.info.variant).toMatch(threads === 1 ? /^(simd128|relaxed)$/ : /^(simd128|relaxed)-threads$/);
    expect(model.info.threadsReason).toMatch(/asked for/);
    const { text } = await model.generate("Once upon a time", { maxTokens: 60 }).result();
    expect(text).toMatch(
      /^, there was a little girl named Lily\. She loved to play outside in the park\. One day, she/,
    );
  });

  test("a small model has one thread, and says why", async () => {
    const { info } = await loaded(stories, options);
    expect(info.threads).toBe(1);
    expect(info.threadsReason).toMatch(/small|one processor/);
  });

  test("disposing during steps ends the threads", async () => {
    for (let i = 0; i < 4; ++i) {
      const model = await load(stories, { runtime: { ...options.runtime, threads: 3 } });
      const running = failure(() => all(model.generate("Once upon a time")));
      await model.generate("The cat", { maxTokens: 2 }).result();
      model.dispose();
      expect((await running).code).toBe("disposed");
      await model[Symbol.asyncDispose]?.();
    }
    const tasks = "/proc/self/task";
    if (!existsSync(tasks)) return;
    // What is left are threads that are about to end, and those that Node always has.
    const before = readdirSync(tasks).length;
    const model = await load(stories, { runtime: { ...options.runtime, threads: 9 } });
    expect(readdirSync(tasks).length).toBeGreaterThanOrEqual(8);
    await model[Symbol.asyncDispose]?.();
    await expect.poll(() => readdirSync(tasks).length, { timeout: 10_000 }).toBeLessThanOrEqual(before);
  });

  test("giving up while loading", async () => {
    const stop = new AbortController();
    const loading = load(stories, { signal: stop.signal, runtime: { ...options.runtime, threads: 3 } });
    stop.abort();
    await expect(loading).rejects.toMatchObject({ name: "AbortError" });
  });
});

test("more than can be", async () => {
  for (const threads of [0, 33, 1.5]) {
    expect((await failure(() => load(stories, { runtime: { threads } }))).code).toBe("bad-argument");
  }
  const single = await failure(() => load(stories, { runtime: { threads: 2, variant: "simd128" } }));
  expect(single.code).toBe("unsupported-option");
  expect(single.message).toMatch(hasThreads ? /"simd128" has one thread/ : /2 threads cannot run here/);
});

test.runIf(hasThreads)("where memory cannot be shared, one thread is all there is, and it says why", async () => {
  const had = Object.getOwnPropertyDescriptor(globalThis, "crossOriginIsolated");
  Object.defineProperty(globalThis, "crossOriginIsolated", { value: false, configurable: true });
  try {
    const model = await loaded(stories, here);
    expect(model.info.threads).toBe(1);
    expect(model.info.variant).toMatch(/^(simd128|relaxed)$/);
    expect(model.info.threadsReason).toMatch(/not cross-origin isolated/);
    const { code, message } = await failure(() => load(stories, two));
    expect(code).toBe("unsupported-option");
    expect(message).toMatch(/2 threads cannot run here: .*not cross-origin isolated/);
  } finally {
    if (had) Object.defineProperty(globalThis, "crossOriginIsolated", had);
    else Reflect.deleteProperty(globalThis, "crossOriginIsolated");
  }
});

test.runIf(hasThreads)("a thread that may not wait for others has none", async () => {
  const wait = Atomics.wait;
  Atomics.wait = () => {
    throw new TypeError("Atomics.wait cannot be called in this context");
  };
  try {
    const { code, message } = await failure(() => load(stories, { runtime: { worker: false, threads: 2 } }));
    expect(code).toBe("unsupported-option");
    expect(message).toMatch(/in the caller's thread/);
  } finally {
    Atomics.wait = wait;
  }
});

test("workers that do not start are an error, and none is left", async () => {
  const script = pathToFileURL(path("no/such/worker.js"));
  const team = new ThreadTeam(() => openPort(() => new Worker(script) as unknown as EngineWorker));
  const place = { module: {}, memory: {}, pool: 0, thread: 1, stackTop: 0, local: 0, finished: 0 } as never;
  await expect(team.start([place, place])).rejects.toThrow(/worker\.js/);
});

test("a thread that traps says so in the word that the caller waits on", () => {
  // (import "env" "memory" (memory 1 1 shared)), and two exports: of one that returns, of one that traps.
  const name = (text: string) => [text.length, ...Buffer.from(text)];
  const section = (id: number, bytes: number[]) => [id, bytes.length, ...bytes];
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [2, 0x60, 1, 0x7f, 0, 0x60, 3, 0x7f, 0x7f, 0x7f, 0]),
    ...section(2, [1, ...name("env"), ...name("memory"), 2, 3, 1, 1]),
    ...section(3, [2, 0, 1]),
    ...section(7, [2, ...name("_emscripten_stack_restore"), 0, 0, ...name("onehead_thread"), 0, 1]),
    ...section(10, [2, 2, 0, 0x0b, 3, 0, 0, 0x0b]),
  ];
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const module = new WebAssembly.Module(Uint8Array.from(bytes));
  const answers: ThreadAnswer[] = [];
  const place = { module, memory, pool: 0, thread: 1, stackTop: 1024, local: 0, finished: 64 };
  liveAsThread(place, (answer) => answers.push(answer));
  expect(answers).toEqual([{ ready: true }]);
  expect(new Uint32Array(memory.buffer)[16]).toBe(2 ** 31);
  // On another memory than its module wants it cannot even begin.
  const own = new WebAssembly.Memory({ initial: 1 });
  liveAsThread({ ...place, memory: own }, (answer) => answers.push(answer));
  expect(answers[1]).toHaveProperty("failed");
});

test("shared memory takes less where the machine refuses more", async () => {
  const { createMemory } = (await import(path("dist/threads.js"))) as {
    createMemory(shared: boolean): WebAssembly.Memory;
  };
  const { Memory } = WebAssembly;
  const asked: number[] = [];
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      asked.push(descriptor.maximum ?? 0);
      if ((descriptor.maximum ?? 0) > 16384) throw new RangeError("could not allocate memory");
      super(descriptor);
    }
  } as typeof WebAssembly.Memory;
  try {
    expect(createMemory(true).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(asked).toEqual([65536, 32768, 16384]);
    expect((await failure(() => createMemory(false))).code).toBe("out-of-memory");
  } finally {
    WebAssembly.Memory = Memory;
  }
});
