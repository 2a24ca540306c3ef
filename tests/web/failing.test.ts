// When the engine or its worker fails: the failure is said once, clearly, to everybody who waits or comes later.

import { Worker as NodeWorker } from "node:worker_threads";
import { load } from "onehead";
import { describe, expect, test } from "vitest";
import { Engine } from "../../web/src/engine.js";
import { type BoundModule, bindEngine } from "../../web/src/raw_engine.js";
import { failure, here, loaded, path, stories } from "./support.js";

test("a trap marks the engine dead", async () => {
  // A module whose function is a single `unreachable`: what it throws is a real trap.
  const code = [
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 10, 5, 1, 3, 0, 0, 0x0b,
  ];
  const trap = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(code))).exports.f as () => number;
  const bound = { isEnd: trap, isControl: () => 0 } as unknown as BoundModule;
  const engine = new Engine(bindEngine(bound, new WebAssembly.Memory({ initial: 1 })));
  expect(engine.isControl(1)).toBe(false);
  for (const call of [() => engine.isEnd(1), () => engine.isControl(1), () => engine.info()]) {
    const { code, message } = await failure(call);
    expect(code).toBe("internal");
    expect(message).toMatch(/unreachable.*load it again/);
  }
  expect(engine.isDead).toBe(true);
  engine.delete();
});

describe("a worker", () => {
  /** Stands for a worker whose script never answers. */
  const silent = () => ({ postMessage() {}, terminate() {}, onmessage: null, onerror: null as unknown });

  test("that cannot be made", async () => {
    const worker = () => {
      throw new DOMException("another origin", "SecurityError");
    };
    expect((await failure(() => load(stories, { runtime: { worker } }))).code).toBe("worker-failed");
  });

  test("whose script cannot be loaded", async () => {
    const worker = silent();
    const loading = failure(() => load(stories, { runtime: { worker: () => worker as unknown as Worker } }));
    await expect.poll(() => worker.onerror).toBeTypeOf("function");
    (worker.onerror as (event: object) => void)({ message: "404" });
    const { code, message } = await loading;
    expect(code).toBe("worker-failed");
    expect(message).toMatch(/404/);
  });

  test("that is given up while loading", async () => {
    let ended = 0;
    const worker = { ...silent(), terminate: () => ++ended };
    const stop = new AbortController();
    const loading = load(stories, { signal: stop.signal, runtime: { worker: () => worker as unknown as Worker } });
    await expect.poll(() => worker.onerror).toBeTypeOf("function");
    stop.abort();
    await expect(loading).rejects.toMatchObject({ name: "AbortError" });
    expect(ended).toBe(1);
  });
});

test("a worker of one's own making", async () => {
  const { localWorker } = (await import(path("dist/local.js"))) as { localWorker: () => Worker };
  const thread = () => new NodeWorker(path("dist/worker.js")) as unknown as Worker;
  for (const worker of [localWorker, thread]) {
    const model = await loaded(stories, { runtime: { worker } });
    expect((await model.generate("Once", { maxTokens: 3 }).result()).usage.completionTokens).toBe(3);
    await model[Symbol.asyncDispose]?.();
  }
});

test.each([
  ["in this thread", here],
  ["in a worker", {}],
])("%s, requests are answered while a generation runs", async (_, options) => {
  const model = await loaded(stories, options);
  const session = await model.createSession();
  const running = session.generate("Once upon a time").result();
  expect(await model.decode(await model.encode("hello"))).toBe("hello");
  expect(session.position).toBeLessThan(400);
  await running;
  expect(session.position).toBe(512);
});
