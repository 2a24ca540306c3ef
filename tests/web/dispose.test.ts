// Disposing at any moment: once, twice, with things under way; what comes after says so.

import { load } from "onehead";
import { describe, expect, test } from "vitest";
import { all, failure, here, stories } from "./support.js";

describe.each([
  ["in this thread", here],
  ["in a worker", {}],
])("%s", (_, options) => {
  test("everything pending rejects, everything later too", async () => {
    const model = await load(stories, options);
    const session = await model.createSession();
    const pending = [
      session.generate("Once").result(),
      all(model.generate("Once")),
      model.trace("Once"),
      model.score("Once", ["a"]),
      model.encode("a"),
      model.memory(),
    ].map((running) => failure(() => running));
    model.dispose();
    model.dispose();
    session.dispose();
    for (const { code } of await Promise.all(pending)) expect(code).toBe("disposed");
    for (const later of [
      () => session.generate("x").result(),
      () => session.append("x"),
      () => session.rewind(0),
      () => session.fork(),
      () => model.generate("x").result(),
      () => model.createSession(),
      () => model.decode([1]),
    ]) {
      expect((await failure(later)).code).toBe("disposed");
    }
  });

  test("a session alone: its call rejects, the model goes on", async () => {
    const model = await load(stories, options);
    const session = await model.createSession();
    const running = failure(() => session.generate("Once").result());
    const other = model.generate("The cat", { maxTokens: 20 }).result();
    session.dispose();
    session.dispose();
    expect((await running).code).toBe("disposed");
    expect((await failure(() => session.append("x"))).code).toBe("disposed");
    expect((await other).usage.completionTokens).toBe(20);
    model.dispose();
  });

  test("in a loop", async () => {
    const model = await load(stories, options);
    const { code } = await failure(async () => {
      for await (const token of model.generate("Once")) if (token.index === 3) model.dispose();
    });
    expect(code).toBe("disposed");
  });

  test("right after load, many times", async () => {
    for (let i = 0; i < 5; ++i) {
      const model = await load(stories, options);
      const running = failure(() => model.generate("Once").result());
      model.dispose();
      expect((await running).code).toBe("disposed");
    }
  });

  test("the symbols exist where the runtime has them", async () => {
    const model = await load(stories, options);
    const session = await model.createSession();
    for (const [object, name] of [
      [model, "dispose"],
      [model, "asyncDispose"],
      [session, "dispose"],
      [session, "asyncDispose"],
    ] as const) {
      const symbol = (Symbol as unknown as Record<string, symbol | undefined>)[name];
      if (symbol) expect((object as unknown as Record<symbol, unknown>)[symbol]).toBeTypeOf("function");
    }
    await model[Symbol.asyncDispose]?.();
    expect((await failure(() => model.encode("x"))).code).toBe("disposed");
  });
});
