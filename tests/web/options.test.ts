// Nothing is ignored in silence: each wrong option is an error before anything happens.

import { type GenerateOptions, type LoadOptions, load, type TraceOptions } from "onehead";
import { translate } from "onehead/tasks";
import { describe, expect, test } from "vitest";
import { failure, here, loaded, stories } from "./support.js";

describe("load", () => {
  const table: [string, object, string, RegExp][] = [
    ["an unknown option", { onProgres: () => {} }, "unknown-option", /onProgres/],
    ["an unknown nested option", { runtime: { worker: false, thread: 2 } }, "unknown-option", /thread/],
    ["an unknown request option", { request: { mode: "cors" } }, "unknown-option", /mode/],
    ["an unknown variant's wasm", { runtime: { wasm: { simd: "x" } } }, "unknown-option", /simd/],
    ["too many threads", { runtime: { threads: 33 } }, "bad-argument", /from 1 to 32/],
    ["a cache of another name", { cache: "f16" }, "bad-argument", /cache/],
    ["no context", { contextLength: 0 }, "bad-argument", /contextLength/],
    ["half a context", { contextLength: 10.5 }, "bad-argument", /contextLength/],
    ["options that are none", 7 as unknown as object, "bad-argument", /object/],
    ["transfer of an address", { transfer: true }, "unsupported-option", /transfer/],
    ["a signal that is none", { signal: {} }, "bad-argument", /signal/],
  ];
  test.each(table)("%s", async (_, options, code, words) => {
    const { code: got, message } = await failure(() => load(stories, options as LoadOptions));
    expect(got).toBe(code);
    expect(message).toMatch(words);
  });

  test("a request for bytes", async () => {
    const options = { request: { headers: { a: "b" } } };
    expect((await failure(() => load(new Uint8Array(8), options))).code).toBe("unsupported-option");
  });
  test("a source of another kind", async () => {
    expect((await failure(() => load(7 as unknown as string))).code).toBe("bad-argument");
  });
  test("undefined is absent", async () => {
    const model = await loaded(stories, { ...here, signal: undefined, contextLength: undefined, cache: undefined });
    expect(model.info.contextLength).toBe(512);
  });
});

describe("generate", () => {
  const table: [string, object, string, RegExp][] = [
    ["an unknown option", { max_tokens: 4 }, "unknown-option", /max_tokens/],
    ["maxTokens of 0", { maxTokens: 0 }, "bad-argument", /maxTokens/],
    ["a negative temperature", { temperature: -1 }, "bad-argument", /temperature/],
    ["a temperature of NaN", { temperature: Number.NaN }, "bad-argument", /temperature/],
    ["topP above 1", { topP: 1.5 }, "bad-argument", /topP/],
    ["minP below 0", { minP: -0.1 }, "bad-argument", /minP/],
    ["half a topK", { topK: 2.5 }, "bad-argument", /topK/],
    ["a repetition penalty of 0", { repetitionPenalty: 0 }, "bad-argument", /repetitionPenalty/],
    ["a seed of 1.5", { seed: 1.5 }, "bad-argument", /seed/],
    ["a stop that is a string", { stop: "x" }, "bad-argument", /stop/],
    ["an empty stop string", { stop: [""] }, "bad-argument", /stop/],
    ["a head without its layer", { ablate: [{ head: 1 }] }, "bad-argument", /ablate/],
    ["an unknown trace option", { trace: { layer: [0] } }, "unknown-option", /layer/],
    ["a trace of single positions", { trace: { queries: [0] } }, "unsupported-option", /queries/],
    ["a trace that is no object", { trace: true }, "bad-argument", /trace/],
  ];
  test.each(table)("%s", async (_, options, code, words) => {
    const model = await loaded();
    const { code: got, message } = await failure(() => model.generate("Once", options as GenerateOptions));
    expect(got).toBe(code);
    expect(message).toMatch(words);
    expect((await model.generate("Once", { maxTokens: 1 }).result()).usage.completionTokens).toBe(1);
  });

  test("undefined is absent", async () => {
    const model = await loaded();
    const keys = "maxTokens stop temperature topK topP minP repetitionPenalty seed candidates trace ablate signal";
    const absent = Object.fromEntries(keys.split(" ").map((key) => [key, undefined]));
    const { text } = await model.generate("Once", { ...absent, maxTokens: 3 }).result();
    expect(text).toBe((await model.generate("Once", { maxTokens: 3 }).result()).text);
  });

  test("heads and layers that the model does not have", async () => {
    const model = await loaded();
    const one = (options: GenerateOptions) => failure(() => model.generate("Once", options).result());
    expect((await one({ ablate: [{ layer: 5, head: 0 }] })).code).toBe("bad-argument");
    expect((await one({ trace: { layers: [5] } })).code).toBe("bad-argument");
    expect((await one({ trace: { heads: [8] } })).code).toBe("bad-argument");
  });

  test("prompts that are none", async () => {
    const model = await loaded();
    for (const prompt of [7, null, [1, -1], [1, 512], [0.5], ["a"]]) {
      expect((await failure(() => model.generate(prompt as never))).code).toBe("bad-argument");
    }
  });
});

test("trace, score, append, encode, translate", async () => {
  const model = await loaded();
  const session = await model.createSession();
  const wrong: [() => unknown, string][] = [
    [() => model.trace("a", { query: "all" } as TraceOptions), "unknown-option"],
    [() => model.trace("a", { include: ["logits"] } as never), "bad-argument"],
    [() => model.trace("a", { queries: [1, 2, 99] }), "bad-argument"],
    [() => model.score("a", ["b"], { seed: 1 } as never), "unknown-option"],
    [() => model.score("a", "b" as never), "bad-argument"],
    [() => session.append("a", { maxTokens: 1 } as never), "unknown-option"],
    [() => model.encode("a", { special: 1 } as never), "bad-argument"],
    [() => model.encode(7 as never), "bad-argument"],
    [() => model.decode("a" as never), "bad-argument"],
    [() => session.rewind(1), "bad-argument"],
    [() => session.rewind(-1), "bad-argument"],
    [() => translate(model, "a", { temperature: 1 } as never), "unknown-option"],
    [() => translate(model, 7 as never), "bad-argument"],
    [() => translate(model, "a").result(), "unsupported-model"],
  ];
  for (const [run, code] of wrong) expect((await failure(run)).code).toBe(code);
});
