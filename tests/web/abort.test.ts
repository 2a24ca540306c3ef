// Stopping: in the prompt, in the answer, by signal or by leaving the loop; the session then stands where it was heard.

import { load, type Model } from "onehead";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { all, here, stories } from "./support.js";

describe.each([
  ["in this thread", here],
  ["in a worker", {}],
])("%s", (_, options) => {
  let model: Model;
  beforeAll(async () => {
    model = await load(stories, options);
  });
  afterAll(() => model.dispose());

  test("before the start", async () => {
    const reason = new Error("no");
    const session = await model.createSession();
    const generation = session.generate("Once", { signal: AbortSignal.abort(reason) });
    await expect(all(generation)).rejects.toBe(reason);
    await expect(generation.result()).rejects.toBe(reason);
    await expect(session.append("x", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(model.trace("x", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(model.score("x", ["y"], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(session.position).toBe(0);
    session.dispose();
  });

  test("inside a prompt: the session stands where it stood", async () => {
    const session = await model.createSession();
    await session.append("Once upon a time");
    const { position } = session;
    const long = (await model.encode("One day a cat went to the park. ".repeat(30), { bos: false })).subarray(0, 450);
    for (const call of ["append", "generate"] as const) {
      const stop = new AbortController();
      const running =
        call === "append"
          ? session.append(long, { signal: stop.signal })
          : session.generate(long, { signal: stop.signal }).result();
      await Promise.resolve();
      stop.abort();
      await expect(running).rejects.toMatchObject({ name: "AbortError" });
      expect(session.position).toBe(position);
    }
    const { text } = await session.generate("", { maxTokens: 20 }).result();
    expect(text).toBe((await model.generate("Once upon a time", { maxTokens: 20 }).result()).text);
    session.dispose();
  });

  test.each(["signal", "break", "cancel"])("between tokens, by %s: at the last delivered token", async (how) => {
    const session = await model.createSession();
    const prompt = await model.encode("Once upon a time");
    const stop = new AbortController();
    const generation = session.generate(prompt, { signal: stop.signal });
    let text = "";
    let n = 0;
    if (how === "cancel") {
      const reader = generation.textStream().getReader();
      // Every token of this text has characters of its own.
      while (n < 7) {
        text += (await reader.read()).value;
        ++n;
      }
      await reader.cancel();
    } else {
      const loop = (async () => {
        for await (const token of generation) {
          text += token.text;
          if (++n < 7) continue;
          if (how === "break") break;
          stop.abort(new Error("enough"));
        }
      })();
      if (how === "signal") await expect(loop).rejects.toThrow("enough");
      else await loop;
    }
    await expect(generation.result()).rejects.toThrow();
    expect(session.position).toBe(prompt.length + n);
    text += (await session.generate("", { maxTokens: 13 }).result()).text;
    expect(text).toBe((await model.generate("Once upon a time", { maxTokens: 20 }).result()).text);
    session.dispose();
  });

  test("with nobody reading: at the last token that came", async () => {
    const session = await model.createSession();
    const stop = new AbortController();
    const generation = session.generate("Once upon a time", { signal: stop.signal });
    while (session.position < 20) await new Promise((resolve) => setTimeout(resolve, 1));
    stop.abort();
    await expect(generation.result()).rejects.toMatchObject({ name: "AbortError" });
    const n = session.position - (await model.encode("Once upon a time")).length;
    expect(n).toBeGreaterThan(0);
    const next = (await session.generate("", { maxTokens: 5 }).result()).text;
    const whole = (await model.generate("Once upon a time", { maxTokens: n + 5 }).result()).text;
    expect(whole.endsWith(next)).toBe(true);
    session.dispose();
  });

  test("one of several, and the others go on", async () => {
    const alone = await all(model.generate("The cat", { maxTokens: 60 }));
    const stop = new AbortController();
    const other = model.generate("The cat", { maxTokens: 60 });
    await expect(
      (async () => {
        for await (const token of model.generate("Once", { signal: stop.signal })) if (token.index === 5) stop.abort();
      })(),
    ).rejects.toMatchObject({ name: "AbortError" });
    expect(await all(other)).toEqual(alone);
  });

  test("leaving the loop after the end is no stop", async () => {
    const session = await model.createSession();
    const generation = session.generate("Once", { maxTokens: 3 });
    const { position } = await generation.result().then(() => session);
    for await (const token of generation) if (token.index === 2) break;
    expect(session.position).toBe(position);
    expect((await generation.result()).finishReason).toBe("maxTokens");
    session.dispose();
  });

  test("an abort after the end changes nothing", async () => {
    const stop = new AbortController();
    const generation = model.generate("Once", { maxTokens: 3, signal: stop.signal });
    await generation.result();
    stop.abort();
    expect(await all(generation)).toHaveLength(3);
  });

  test("score and trace", async () => {
    const long = (await model.encode("One day a cat went to the park. ".repeat(30))).subarray(0, 500);
    for (const call of [
      (signal: AbortSignal) => model.trace(long, { signal }),
      (signal: AbortSignal) =>
        model.score(
          long,
          ["a", "b", "c"].map((text) => text),
          { signal },
        ),
    ]) {
      const stop = new AbortController();
      const running = call(stop.signal);
      await Promise.resolve();
      stop.abort();
      await expect(running).rejects.toMatchObject({ name: "AbortError" });
    }
    expect((await model.generate("Once", { maxTokens: 2 }).result()).usage.completionTokens).toBe(2);
  });
});
