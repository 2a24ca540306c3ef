// A thousand cycles leave no byte behind.

import { load } from "onehead";
import { expect, test } from "vitest";
import { all, here, read, stories } from "./support.js";

test("load, generate, dispose: bytes in use at cycle 10 and 1,000 are equal", { timeout: 240_000 }, async () => {
  const bytes = read("tests/data/stories260K.gguf");
  const heap: number[] = [];
  const buffers: number[] = [];
  for (let cycle = 1; cycle <= 1000; ++cycle) {
    const model = await load(bytes, here);
    await model.generate("Once", { maxTokens: 4 }).result();
    if (cycle === 10 || cycle === 1000) {
      heap.push((await model.memory()).heapBytes);
      globalThis.gc?.();
      buffers.push(process.memoryUsage().arrayBuffers);
    }
    model.dispose();
  }
  expect(heap[0]).toBeGreaterThan(1_000_000);
  expect(heap[1]).toBe(heap[0]);
  // Engines that nobody holds are the garbage collector's, which may be a few behind; a thousand would be 4 GB.
  const fewEngines = 16 * 4 * 2 ** 20;
  if (globalThis.gc) expect(buffers[1]).toBeLessThan((buffers[0] as number) + fewEngines);
});

test("sessions, forks, traces, scores and aborts in one model: bytes in use return", { timeout: 120_000 }, async () => {
  const model = await load(stories, here);
  const cycle = async () => {
    const session = await model.createSession();
    await session.append("Once upon a time");
    const fork = await session.fork();
    await fork
      .generate(" the", { maxTokens: 3, temperature: 1, candidates: 2, ablate: [{ layer: 1, head: 1 }] })
      .result();
    for await (const token of session.generate("")) if (token.index === 2) break;
    await model.trace("The cat", { queries: "all", include: ["attention", "queries", "hidden", "keys"] });
    await model.score("The cat", [" sat", " ran"]);
    session.dispose();
    fork.dispose();
    return (await model.memory()).heapBytes;
  };
  let early = 0;
  for (let i = 1; i <= 300; ++i) {
    const heapBytes = await cycle();
    if (i === 10) early = heapBytes;
    if (i > 10) expect(heapBytes).toBe(early);
  }
  model.dispose();
});

test("no allocation per token in the engine", async () => {
  const model = await load(stories, here);
  const during = async (maxTokens: number) => {
    const before = (await model.memory()).allocations;
    await all(model.generate("Once upon a time", { maxTokens }));
    return (await model.memory()).allocations - before;
  };
  await during(200);
  expect(await during(200)).toBe(await during(20));
  model.dispose();
});
