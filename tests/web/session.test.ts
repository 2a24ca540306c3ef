// Sessions keep their past: appending, rewinding, forking, and who is busy when.

import { load, type Model } from "onehead";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { all, failure, here, stories } from "./support.js";

describe.each([
  ["in this thread", here],
  ["in a worker", {}],
])("%s", (_, options) => {
  let model: Model;
  beforeAll(async () => {
    model = await load(stories, options);
  });
  afterAll(() => model.dispose());

  const greedy = async (prompt: string, maxTokens: number) =>
    (await model.generate(prompt, { maxTokens }).result()).text;

  test("appended and generated is as in one prompt", async () => {
    const session = await model.createSession();
    expect(session.position).toBe(0);
    const ids = await model.encode("Once upon a time");
    await session.append(ids.subarray(0, 3));
    expect(session.position).toBe(3);
    expect((await session.generate(ids.subarray(3), { maxTokens: 20 }).result()).text).toBe(
      await greedy("Once upon a time", 20),
    );
    expect(session.position).toBe(ids.length + 20);
    session.dispose();
  });

  test("an empty prompt goes on where it stands", async () => {
    const session = await model.createSession();
    const whole = await greedy("Once upon a time", 30);
    let text = (await session.generate("Once upon a time", { maxTokens: 10 }).result()).text;
    for (const prompt of ["", []]) text += (await session.generate(prompt, { maxTokens: 10 }).result()).text;
    expect(text).toBe(whole);
    session.dispose();
  });

  test("an empty prompt after append answers what was appended", async () => {
    const session = await model.createSession();
    await session.append("Once upon a time");
    expect((await session.generate("", { maxTokens: 8 }).result()).text).toBe(await greedy("Once upon a time", 8));
    session.dispose();
  });

  test("rewinding forgets", async () => {
    const session = await model.createSession();
    await session.append("Once upon a time");
    const { position } = session;
    const first = await session.generate("", { maxTokens: 90 }).result();
    const { kvBytes } = session;
    await session.rewind(position);
    expect(session.position).toBe(position);
    expect(session.kvBytes).toBeLessThan(kvBytes);
    expect((await session.generate("", { maxTokens: 90 }).result()).text).toBe(first.text);
    await session.rewind(0);
    expect(session).toMatchObject({ position: 0, kvBytes: 0 });
    expect((await session.generate("The cat", { maxTokens: 9 }).result()).text).toBe(await greedy("The cat", 9));
    session.dispose();
  });

  test("a fork has the same past and its own future", async () => {
    const session = await model.createSession();
    await session.append("Once upon a time");
    const fork = await session.fork();
    expect(fork.position).toBe(session.position);
    const ids = await model.encode(" The cat", { bos: false });
    await fork.append(ids);
    const [a, b] = await Promise.all([
      session.generate("", { maxTokens: 20 }).result(),
      fork.generate("", { maxTokens: 20 }).result(),
    ]);
    expect(a.text).toBe(await greedy("Once upon a time", 20));
    const joint = [...(await model.encode("Once upon a time")), ...ids];
    expect(b.text).toBe((await model.generate(joint, { maxTokens: 20 }).result()).text);
    session.dispose();
    expect((await fork.generate("", { maxTokens: 1 }).result()).usage.completionTokens).toBe(1);
    fork.dispose();
  });

  test("a fork of a pending token has it too", async () => {
    const session = await model.createSession();
    const first = (await session.generate("Once upon a time", { maxTokens: 5 }).result()).text;
    const fork = await session.fork();
    const rest = (await fork.generate("", { maxTokens: 5 }).result()).text;
    expect(first + rest).toBe(await greedy("Once upon a time", 10));
    session.dispose();
    fork.dispose();
  });

  test("a second call is busy, and the first goes on", async () => {
    const session = await model.createSession();
    const first = session.generate("Once upon a time", { maxTokens: 30 });
    expect((await failure(() => session.generate("x").result())).code).toBe("busy");
    expect((await failure(() => all(session.generate("x")))).code).toBe("busy");
    expect((await failure(() => session.append("x"))).code).toBe("busy");
    expect((await failure(() => session.fork())).code).toBe("busy");
    expect((await failure(() => session.rewind(0))).code).toBe("busy");
    expect((await first.result()).text).toBe(await greedy("Once upon a time", 30));
    await session.append("x");
    session.dispose();
  });

  test("a full context ends the answer; a longer text is refused and changes nothing", async () => {
    const small = await load(stories, { ...options, contextLength: 16 });
    const session = await small.createSession();
    await session.append("Once");
    const { position } = session;
    const long = "One day a cat and a dog went to the park.";
    expect((await failure(() => session.append(long))).code).toBe("context-full");
    expect((await failure(() => session.generate(long).result())).code).toBe("context-full");
    expect(session.position).toBe(position);
    expect((await session.generate("").result()).finishReason).toBe("context");
    expect(session.position).toBe(16);
    expect((await failure(() => session.generate("").result())).code).toBe("context-full");
    small.dispose();
  });

  test("generations side by side give what each gives alone", async () => {
    const prompts = ["Once upon a time", "The cat", "Tom and Lily", "One day", "A", 'She said, "'];
    const options = prompts.map((_, i) => ({ maxTokens: 20 + 7 * i, temperature: i % 2, seed: i }));
    const alone: unknown[] = [];
    for (const [i, prompt] of prompts.entries()) alone.push(await all(model.generate(prompt, options[i])));
    const together = await Promise.all(prompts.map((prompt, i) => all(model.generate(prompt, options[i]))));
    expect(together).toEqual(alone);
  });
});

// In this thread, where what a slice has made is heard of before the next one begins.
test("generations side by side share the engine's time", async () => {
  const model = await load(stories, here);
  const order: number[] = [];
  const follow = async (i: number) => {
    for await (const _ of model.generate("Once upon a time", { maxTokens: 300 })) order.push(i);
  };
  await Promise.all([follow(0), follow(1), follow(2)]);
  for (const i of [0, 1, 2]) {
    expect(order.indexOf(i)).toBeLessThan(300);
    expect(order.lastIndexOf(i)).toBeGreaterThan(600);
  }
  model.dispose();
});
