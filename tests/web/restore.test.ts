// A session saved in one engine goes on in another, and nothing else is taken for one.

import { load, type Model } from "onehead";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { all, failure, here, loaded, stories, tiny } from "./support.js";

describe.each([
  ["f32", { ...here, cache: "f32" as const }],
  ["int8", { ...here, cache: "int8" as const }],
  ["f32 in a worker", { cache: "f32" as const }],
])("%s", (_, options) => {
  let model: Model;
  beforeAll(async () => {
    model = await load(stories, options);
  });
  afterAll(() => model.dispose());

  test("continues as if it had never been away", async () => {
    expect(model.info.cache).toBe(options.cache);
    const session = await model.createSession();
    await session.append("Once upon a time, there was a little");
    await session.generate("", { maxTokens: 70 }).result();
    const saved = await session.save();
    const more = await all(session.generate("", { maxTokens: 20, logprobs: true }));

    const other = await load(stories, options);
    try {
      const restored = await other.restore(saved);
      expect(restored.position).toBe(session.position - more.length);
      expect(await restored.save()).toEqual(saved);
      expect(await all(restored.generate("", { maxTokens: 20, logprobs: true }))).toEqual(more);
      // The bytes are the caller's: a second session comes of them, in the first model too.
      const again = await model.restore(saved);
      expect(await all(again.generate("", { maxTokens: 20, logprobs: true }))).toEqual(more);
    } finally {
      other.dispose();
    }
    session.dispose();
  });

  test("an empty session and a forked one are sessions", async () => {
    const empty = await model.createSession();
    const restored = await model.restore(await empty.save());
    expect(restored).toMatchObject({ position: 0, kvBytes: 0 });
    await restored.append("Once upon a time");
    const fork = await restored.fork();
    const twin = await model.restore(await fork.save());
    const text = async (s: typeof twin) => (await s.generate("", { maxTokens: 12 }).result()).text;
    expect(await text(twin)).toBe(await text(restored));
    for (const session of [empty, restored, fork, twin]) session.dispose();
  });

  test("a session that is busy or gone cannot be saved", async () => {
    const session = await model.createSession();
    const running = session.generate("Once upon a time", { maxTokens: 5 });
    expect((await failure(() => session.save())).code).toBe("busy");
    await running.result();
    session.dispose();
    expect((await failure(() => session.save())).code).toBe("disposed");
  });
});

test("bytes that are no session of this model are refused, and the model goes on", async () => {
  const model = await loaded();
  const session = await model.createSession();
  await session.append("Once upon a time");
  const saved = await session.save();
  const changed = (at: number) => saved.map((byte, i) => (i === at ? byte ^ 16 : byte));
  const absurd = saved.slice();
  new DataView(absurd.buffer).setUint32(40, 0xffff_ffff, true);
  const bad = {
    "no bytes": new Uint8Array(0),
    "a text": new TextEncoder().encode("a session, honestly ".repeat(20)),
    "cut at its beginning": saved.subarray(0, 30),
    "cut at its end": saved.subarray(0, -1),
    "with a changed beginning": changed(9),
    "with a changed middle": changed(saved.length >> 1),
    "with a changed end": changed(saved.length - 1),
    "with an absurd length": absurd,
    "of another cache": await (await (await loaded(stories, { ...here, cache: "int8" })).createSession()).save(),
    "of another model": await (await (await loaded(tiny)).createSession()).save(),
  };
  const refused = async () => {
    for (const [what, bytes] of Object.entries(bad)) {
      expect((await failure(() => model.restore(bytes))).code, what).toBe("bad-session");
    }
    return (await model.memory()).heapBytes;
  };
  // The first time the cache may have grown by a block, which is free again.
  expect(await refused()).toBe(await refused());
  expect((await failure(() => model.restore("text" as never))).code).toBe("bad-argument");
  expect((await model.restore(saved)).position).toBe(session.position);
});

test("random damage is noticed", async () => {
  const model = await loaded();
  const session = await model.createSession();
  await session.append("Once upon a time");
  const saved = await session.save();
  let state = 1;
  const random = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  for (let round = 0; round < 300; ++round) {
    const bytes = saved.slice(0, random(4) === 0 ? random(saved.length) : saved.length);
    for (let i = 0; i <= random(4); ++i) {
      const at = random(2) === 0 ? random(Math.min(96, bytes.length)) : random(bytes.length);
      if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 + random(255));
    }
    const { code } = await failure(() => model.restore(bytes)).catch(() => ({ code: "restored" }));
    // Two changes may undo each other.
    if (code === "restored") expect(bytes).toEqual(saved);
    else expect(code).toBe("bad-session");
  }
  expect((await model.memory()).wasmBytes).toBeLessThan(64 * 2 ** 20);
});
