// score() and generate() are one distribution.

import { load, type Model } from "onehead";
import { afterAll, beforeAll, expect, test } from "vitest";
import { all, here, stories } from "./support.js";

let model: Model;
beforeAll(async () => {
  model = await load(stories, here);
});
afterAll(() => model.dispose());

test("the greedy answer's log-probabilities are those of generating it", async () => {
  const tokens = await all(model.generate("Once upon a time", { maxTokens: 40, logprobs: true }));
  const ids = tokens.map(({ id }) => id);
  const [score] = await model.score("Once upon a time", [ids]);
  expect(score?.tokens.map(({ id }) => id)).toEqual(ids);
  expect(score?.tokens.map(({ logprob }) => logprob)).toEqual(tokens.map(({ logprob }) => logprob));
  expect(score?.tokens.map(({ text }) => text).join("")).toBe(tokens.map(({ text }) => text).join(""));
  expect(score?.logprob).toBe(tokens.reduce((sum, { logprob }) => sum + (logprob ?? Number.NaN), 0));
});

test("every one-token continuation of a prompt: probabilities sum to 1", async () => {
  const all = Array.from({ length: model.info.vocabSize }, (_, id) => [id]);
  const scores = await model.score("The cat", all);
  expect(scores).toHaveLength(model.info.vocabSize);
  expect(scores.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 9);
});

test("texts are tokenised together with the prompt", async () => {
  const scores = await model.score("The cat", [" sat", " sat down"]);
  const head = (await model.encode("The cat")).length;
  const ids = [...(await model.encode("The cat sat down"))].slice(head);
  expect(scores[1]?.tokens.map(({ id }) => id)).toEqual(ids);
  expect(scores[1]?.logprob).toBeLessThan(scores[0]?.logprob as number);
});

test("a continuation that changes the prompt's last token is scored from there", async () => {
  // Found by search: a prompt whose last token merges with what follows.
  const whole = await model.encode("Once upon");
  const cut = "Once upo";
  const head = await model.encode(cut);
  const shared = head.findIndex((id, i) => id !== whole[i]);
  const [score] = await model.score(cut, ["n"]);
  const begin = shared < 0 ? head.length : shared;
  expect(score?.tokens.map(({ id }) => id)).toEqual([...whole.subarray(begin)]);
});

test("many beside generations give the same", async () => {
  const continuations = ["a", " b", "c d", " the", " was"];
  const alone = await model.score("One day", continuations);
  const busy = [model.generate("Once", { maxTokens: 30 }), model.generate("The", { maxTokens: 30 })];
  expect(await model.score("One day", continuations)).toEqual(alone);
  await Promise.all(busy.map((generation) => generation.result()));
});

test("no continuations, no scores", async () => {
  expect(await model.score("One day", [])).toEqual([]);
});
