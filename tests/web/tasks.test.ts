// classify, answer and complete on a model of which it is known what it says (bigram_model.js).

import type { Model } from "onehead";
import { answer, classify, complete, taskLayout, translate } from "onehead/tasks";
import { describe, expect, test } from "vitest";
import { placesOf } from "../../web/src/tasks/answer.js";
import { type Bigrams, bigramModel, idOf, taskLayouts as layouts } from "./bigram_model.js";
import { all, failure, loaded, stories, translator } from "./support.js";

const table: Bigrams = {
  "<answer>": { "▁": 6, "<positive>": 2, "<negative>": 4, "<neutral>": 1 },
  "<story>": { "▁": 5 },
  "▁": { c: 9 },
  c: { a: 9 },
  a: { t: 9 },
  t: { "</s>": 9 },
  s: { a: 9 },
};
const silent: Bigrams = { ...table, "<answer>": { "<none>": 9, "▁": 8 }, "<none>": { "</s>": 9 } };
const made = (bigrams = table, metadata: Record<string, unknown> = layouts): Promise<Model> =>
  loaded(bigramModel(bigrams, metadata));

describe("classify", () => {
  const softmax = (...logits: number[]) => {
    const sum = logits.reduce((a, b) => a + Math.exp(b), 0);
    return logits.map((logit) => Math.exp(logit) / sum);
  };

  test("probabilities are the labels' tokens' own, among the labels", async () => {
    const model = await made();
    const { label, probability, classes, promptIds, textRange } = await classify(model, "It was bad.");
    expect(label).toBe("negative");
    expect(classes.map((one) => one.label)).toEqual(["negative", "positive", "neutral"]);
    for (const [i, expected] of softmax(4, 2, 1).entries()) {
      expect(classes[i]?.probability).toBeCloseTo(expected, 4);
    }
    expect(probability).toBe(classes[0]?.probability);
    expect((await model.decode(promptIds.slice(...textRange))).trim()).toBe("It was bad.");
    expect(promptIds.at(-1)).toBe(idOf("<answer>"));
  });

  test("among some labels", async () => {
    const { label, classes } = await classify(await made(), "It was bad.", { labels: ["neutral", "positive"] });
    expect(label).toBe("positive");
    expect(classes).toHaveLength(2);
    expect(classes[0]?.probability).toBeCloseTo(softmax(2, 1)[0] as number, 4);
  });

  test("what cannot be", async () => {
    const model = await made();
    expect((await failure(() => classify(model, " "))).code).toBe("empty-prompt");
    expect((await failure(() => classify(model, "a".repeat(200)))).code).toBe("context-full");
    expect((await failure(() => classify(model, 7 as never))).code).toBe("bad-argument");
    expect((await failure(() => classify(model, "a", { labels: ["good"] }))).message).toMatch(/positive, negative/);
    expect((await failure(() => classify(model, "a", { labels: [] }))).code).toBe("bad-argument");
    expect((await failure(() => classify(model, "a", { label: "x" } as never))).code).toBe("unknown-option");
    const reason = new Error("enough");
    await expect(classify(model, "a", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const stop = new AbortController();
    const running = classify(model, "It was bad.", { signal: stop.signal });
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect((await classify(model, "It was bad.")).label).toBe("negative");
  });

  test("a file whose labels are none", async () => {
    for (const wrong of [
      { "onehead.task.classify.label_tokens": ["<positive>", "<negative>"] },
      { "onehead.task.classify.label_tokens": ["<positive>", "<negative>", "<happy>"] },
      { "onehead.task.classify.labels": "positive" },
      { "onehead.task.classify.prompt": "<sentiment>{words}<answer>" },
    ]) {
      const model = await made(table, { ...layouts, ...wrong });
      expect((await failure(() => classify(model, "a"))).code).toBe("unsupported-model");
    }
  });
});

describe("answer", () => {
  test("words and where they stand", async () => {
    const passage = "A dog and a  cat met. The Cat won the category.";
    const model = await made();
    const answering = answer(model, passage, "Who won?");
    const tokens = await all(answering);
    const result = await answering.result();
    expect(result.text).toBe("cat");
    expect(
      tokens
        .map(({ text }) => text)
        .join("")
        .trim(),
    ).toBe("cat");
    expect(result.places.map(([begin, end]) => passage.slice(begin, end))).toEqual(["cat", "Cat"]);
    expect(result.places[0]).toEqual([13, 16]);
    expect(result.finishReason).toBe("eos");
    const [score] = await model.score(result.promptIds, [["▁", "c", "a", "t"].map(idOf)]);
    expect(result.probability).toBeCloseTo(Math.exp(score?.logprob as number), 12);
  });

  test("the prompt is laid out as the file says", async () => {
    const model = await made();
    const { promptIds, passageRange, questionRange } = await answer(model, "It is a <none> day.", "Is it?").result();
    expect(promptIds.slice(0, 2)).toEqual([idOf("<s>"), idOf("<passage>")]);
    expect(promptIds[questionRange[0] - 1]).toBe(idOf("<question>"));
    expect(promptIds.at(-1)).toBe(idOf("<answer>"));
    expect((await model.decode(promptIds.slice(...questionRange))).trim()).toBe("Is it?");
    expect(promptIds.slice(...passageRange)).not.toContain(idOf("<none>"));
  });

  test("no answer", async () => {
    const model = await made(silent);
    const answering = answer(model, "A cat.", "Who?");
    expect(await all(answering)).toEqual([]);
    const { text, places, probability } = await answering.result();
    expect({ text, places }).toEqual({ text: undefined, places: [] });
    expect(probability).toBeGreaterThan(0.5);
    expect(probability).toBeLessThan(0.9);
  });

  test("words that the passage does not have", async () => {
    const { text, places } = await answer(await made(), "A dog barks.", "Who?").result();
    expect({ text, places }).toEqual({ text: "cat", places: [] });
  });

  test("what cannot be, and stopping", async () => {
    const model = await made();
    expect((await failure(() => answer(model, "", "Who?").result())).code).toBe("empty-prompt");
    expect((await failure(() => answer(model, "A cat.", " ").result())).code).toBe("empty-prompt");
    expect((await failure(() => answer(model, "a ".repeat(160), "Who?").result())).code).toBe("context-full");
    expect((await failure(() => answer(model, "a", "b", { temperature: 1 } as never))).code).toBe("unknown-option");
    expect((await failure(() => answer(model, "a", 7 as never))).code).toBe("bad-argument");
    const reason = new Error("enough");
    const stop = new AbortController();
    const stopped = answer(model, "A cat.", "Who?", { signal: stop.signal });
    stop.abort(reason);
    await expect(all(stopped)).rejects.toBe(reason);
    await expect(stopped.result()).rejects.toBe(reason);
    for await (const token of answer(model, "A cat.", "Who?")) {
      expect(token.index).toBe(0);
      break;
    }
    expect((await answer(model, "A cat.", "Who?", { beams: 2 }).result()).text).toBe("cat");
  });
});

test("places of words, however they are written", () => {
  const found = (words: string, passage: string) => placesOf(words, passage).map((place) => passage.slice(...place));
  expect(found("the king's men", "Here are the\n king’s  men.")).toEqual(["the\n king’s  men"]);
  expect(found("C++ (1998)", "It is C++ (1998), not C++(98).")).toEqual(["C++ (1998)"]);
  expect(found("9", "1999 and 9 and 9th")).toEqual(["9"]);
  expect(found("señor", "El señorío del Señor")).toEqual(["Señor"]);
  expect(found("", "a")).toEqual([]);
  expect(found("[", "a [b]")).toEqual(["["]);
  for (const mark of '!"#$%&*+,-./:;<=>?@[\\]^_`{|}~') expect(found(`1${mark}2`, `3 1${mark}2`)).toEqual([`1${mark}2`]);
});

describe("complete", () => {
  test("the tokens' texts, the stream's and the result's are one", async () => {
    const model = await made();
    const completion = complete(model, "As");
    const tokens = await all(completion);
    const { text, finishReason, usage } = await completion.result();
    expect(text).toBe("at");
    expect(tokens.map((token) => token.text).join("")).toBe(text);
    expect({ finishReason, promptTokens: usage.promptTokens }).toEqual({ finishReason: "eos", promptTokens: 5 });
    let streamed = "";
    for await (const part of complete(model, "As").textStream()) streamed += part;
    expect(streamed).toBe(text);
  });

  test("from nothing, with generate's options", async () => {
    const model = await made();
    expect((await complete(model, "").result()).text.trim()).toBe("cat");
    expect((await complete(model, "As", { maxTokens: 1 }).result()).finishReason).toBe("maxTokens");
    expect((await failure(() => complete(model, "As", { temperature: -1 }))).code).toBe("bad-argument");
    const reason = new Error("enough");
    await expect(complete(model, "As", { signal: AbortSignal.abort(reason) }).result()).rejects.toBe(reason);
  });
});

test("a model without a task's layout says which it has", async () => {
  const few = await made(table, { "onehead.task.complete.prompt": "<story>{text}" });
  const none = await loaded(stories);
  const one = await loaded(translator);
  const says = async (run: () => unknown) => {
    const { code, message } = await failure(run);
    expect(code).toBe("unsupported-model");
    return message;
  };
  expect(await says(() => classify(few, "a"))).toMatch(/"classify".*the task complete/);
  expect(await says(() => answer(none, "a", "b").result())).toMatch(/names no task/);
  expect(await says(() => complete(one, "a").result())).toMatch(/translate/);
  expect(await says(() => translate(few, "a").result())).toMatch(/complete/);
  expect(taskLayout(few, "complete").prompt).toBe("<story>{text}");
});
