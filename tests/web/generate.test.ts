// Generations through the public API: the expected texts, streaming, sampling, stops, and what comes with a token.

import { readFileSync } from "node:fs";
import type { Model, Token } from "onehead";
import { load } from "onehead";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { all, here, path, stories } from "./support.js";

let model: Model;
beforeAll(async () => {
  model = await load(stories, here);
});
afterAll(() => model.dispose());

/** Greedy text of so many tokens in all, as llama2.c counts them; the prompt included. */
async function story(prompt: string, steps: number): Promise<string> {
  const ids = prompt ? [...(await model.encode(prompt))] : [model.info.bosId];
  const { text } = await model.generate(ids, { maxTokens: steps - (ids.length - 1) }).result();
  return prompt + text;
}

describe("the expected texts of stories260K", () => {
  const table: [string, string, number][] = [
    ["greedy", "", 257],
    ["greedy.prompt1", "Once upon a time", 128],
    ["greedy.prompt2", "The cat", 128],
    ["greedy.prompt3", "Tom and Lily", 128],
  ];
  test.each(table)("%s", async (name, prompt, steps) => {
    const expected = readFileSync(path(`tests/data/stories260K/${name}.expected.txt`), "utf8");
    expect(`${await story(prompt, steps)}\n`).toBe(expected);
  });
});

describe("streaming", () => {
  test("joined tokens, joined text stream and result are one text", async () => {
    const options = { maxTokens: 40 };
    const { text } = await model.generate("The cat", options).result();
    const tokens = await all(model.generate("The cat", options));
    expect(tokens.map((token) => token.text).join("")).toBe(text);
    expect(tokens.map((token) => token.index)).toEqual(tokens.map((_, i) => i));
    let streamed = "";
    const reader = model.generate("The cat", options).textStream().getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) streamed += part.value;
    expect(streamed).toBe(text);
  });

  test("tokens can be taken once, the result any number of times", async () => {
    const generation = model.generate("The cat", { maxTokens: 4 });
    await all(generation);
    expect(() => generation.textStream()).toThrow(TypeError);
    expect(await generation.result()).toBe(await generation.result());
  });

  test("characters of several tokens arrive whole", async () => {
    // A high temperature makes this model throw bytes about.
    let partial = 0;
    for (let seed = 0; seed < 12; ++seed) {
      const generation = model.generate("Once", { maxTokens: 120, temperature: 6, seed });
      const tokens = await all(generation);
      const { text } = await generation.result();
      expect(text.startsWith(tokens.map((token) => token.text).join(""))).toBe(true);
      expect(text).toBe(
        (await model.decode([...(await model.encode("Once")), ...tokens.map(({ id }) => id)])).slice(4),
      );
      partial += tokens.filter((token) => token.text === "").length;
    }
    expect(partial).toBeGreaterThan(0);
  });
});

describe("sampling", () => {
  const text = async (options: object) => (await model.generate("Once", { maxTokens: 30, ...options }).result()).text;

  test("the seed decides", async () => {
    const first = await text({ temperature: 1, seed: 7 });
    expect(await text({ temperature: 1, seed: 7 })).toBe(first);
    const others = [1, 2, 3, 2 ** 32 + 7, 2 ** 53 - 1].map((seed) => text({ temperature: 1, seed }));
    expect(new Set([first, ...(await Promise.all(others))]).size).toBeGreaterThan(4);
  });
  test("topK of 1 is greedy", async () => {
    expect(await text({ temperature: 2, topK: 1 })).toBe(await text({}));
  });
  test("a repetition penalty changes the text", async () => {
    const long = { maxTokens: 100 };
    expect(await text({ ...long, repetitionPenalty: 1.5 })).not.toBe(await text(long));
  });
});

describe("the end", () => {
  test("maxTokens", async () => {
    const { finishReason, usage } = await model.generate("The cat", { maxTokens: 5 }).result();
    expect(finishReason).toBe("maxTokens");
    expect(usage).toEqual({ promptTokens: (await model.encode("The cat")).length, completionTokens: 5 });
  });

  test("a stop string across tokens; its beginning is never shown", async () => {
    const full = (await model.generate("Once upon a time", { maxTokens: 60 }).result()).text;
    const stop = full.slice(37, 52);
    const shown: string[] = [];
    const generation = model.generate("Once upon a time", { maxTokens: 60, stop: ["never there", stop] });
    for await (const token of generation) shown.push(token.text);
    expect(shown.join("")).toBe(full.slice(0, full.indexOf(stop)));
    expect(await generation.result()).toMatchObject({ finishReason: "stop", text: shown.join("") });
  });

  test("a context of its own length", async () => {
    const small = await load(stories, { ...here, contextLength: 20 });
    const { finishReason, usage } = await small.generate("Once upon a time").result();
    expect(finishReason).toBe("context");
    expect(usage.promptTokens + usage.completionTokens).toBe(20);
    small.dispose();
  });
});

describe("what comes with a token", () => {
  test("candidates: ordered, the greedy token first, the same log-probability", async () => {
    for (const token of await all(model.generate("The cat", { maxTokens: 10, candidates: 5 }))) {
      expect(token.candidates).toHaveLength(5);
      expect(token.candidates?.[0]).toMatchObject({ id: token.id, logprob: token.logprob });
      const logprobs = token.candidates?.map(({ logprob }) => logprob) ?? [];
      expect([...logprobs].sort((a, b) => b - a)).toEqual(logprobs);
      expect(logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeLessThanOrEqual(1 + 1e-12);
    }
  });
  test("candidates' texts are those of the tokens", async () => {
    const tokens = await all(model.generate("The cat", { maxTokens: 20, candidates: 1 }));
    for (const token of tokens.filter(({ text }) => text)) expect(token.candidates?.[0]?.text).toBe(token.text);
  });
  test("all candidates' probabilities sum to 1", async () => {
    const { vocabSize } = model.info;
    const [token] = await all(model.generate("The cat", { maxTokens: 1, candidates: vocabSize }));
    const sum = token?.candidates?.reduce((total, { logprob }) => total + Math.exp(logprob), 0);
    expect(sum).toBeCloseTo(1, 9);
  });
  test("without asking there are none", async () => {
    const [token] = await all(model.generate("The cat", { maxTokens: 1 }));
    expect(Object.keys(token as Token).sort()).toEqual(["id", "index", "text"]);
    const [asked] = await all(model.generate("The cat", { maxTokens: 1, logprobs: true }));
    const { logprob, ...rest } = asked as Token;
    expect(rest).toEqual(token);
    expect(logprob).toBeLessThan(0);
    const [beside] = await all(model.generate("The cat", { maxTokens: 1, candidates: 1 }));
    expect(beside?.logprob).toBe(logprob);
  });
  test("ablating a head changes the text's probabilities, for that generation alone", async () => {
    const logprobs = async (options: object) =>
      (await all(model.generate("The cat", { maxTokens: 5, logprobs: true, ...options }))).map(
        ({ logprob }) => logprob,
      );
    const plain = await logprobs({});
    expect(await logprobs({ ablate: [{ layer: 0, head: 0 }] })).not.toEqual(plain);
    expect(await logprobs({ ablate: [] })).toEqual(plain);
  });
});

test("timings are of one clock and in order", async () => {
  const { timings, usage } = await model.generate("Once upon a time", { maxTokens: 50 }).result();
  expect(timings.promptMs).toBeGreaterThan(0);
  expect(timings.timeToFirstTokenMs).toBeGreaterThanOrEqual(timings.promptMs);
  expect(timings.totalMs).toBeGreaterThanOrEqual(timings.timeToFirstTokenMs);
  expect(timings.promptTokensPerSecond).toBeCloseTo((1000 * usage.promptTokens) / timings.promptMs, 6);
  const decodeMs = (1000 * (usage.completionTokens - 1)) / (timings.tokensPerSecond ?? 0);
  expect(decodeMs).toBeLessThanOrEqual(timings.totalMs);
});

test("encode and decode are inverse", async () => {
  for (const text of ["Once upon a time", " two  spaces ", "ñandú — “€” 🙂", "</s> is text", "\n\t", ""]) {
    expect(await model.decode(await model.encode(text))).toBe(text);
  }
  expect([...(await model.encode("a"))][0]).toBe(model.info.bosId);
  expect([...(await model.encode("a", { bos: false }))]).not.toContain(model.info.bosId);
  expect([...(await model.encode("</s>", { special: true }))]).toContain(model.info.eosId);
  expect([...(await model.encode("</s>"))]).not.toContain(model.info.eosId);
});
