// onehead/tasks on the shipped model.

import { load, type Model } from "onehead";
import { loadTiny, taskLayout, translate } from "onehead/tasks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { all, failure, here, loaded, tiny } from "./support.js";

let model: Model;
beforeAll(async () => {
  model = await load(tiny, here);
});
afterAll(() => model.dispose());

test("loadTiny loads the shipped model", async () => {
  const shipped = await loadTiny(here);
  expect(shipped.info.nKvHeads).toBe(1);
  expect(shipped.info.fileBytes).toBe(model.info.fileBytes);
  expect((await translate(shipped, "Hello.").result()).text).not.toBe("");
  shipped.dispose();
});

test("the layout stands in the file", () => {
  const layout = taskLayout(model, "translate");
  expect(layout).toMatchObject({ name: "translate", sourceLanguage: "en", targetLanguage: "es" });
  expect(layout.prompt).toContain("{text}");
  expect(layout.maxSourceTokens).toBeGreaterThan(10);
  for (const task of ["classify", "answer", "complete"] as const) expect(taskLayout(model, task).prompt).toMatch(/^</);
});

describe("translate", () => {
  test("the tokens' texts, the stream's and the result's are one", async () => {
    const text = "The cat purrs. Where is my book?\n\nI like coffee.";
    const translation = translate(model, text);
    const tokens = await all(translation);
    const result = await translation.result();
    expect(tokens.map((token) => token.text).join("")).toBe(result.text);
    expect(result.sentences.map(({ source }) => source)).toEqual([
      "The cat purrs.",
      "Where is my book?",
      "I like coffee.",
    ]);
    expect(result.text).toBe(result.sentences.map((sentence) => sentence.separator + sentence.text).join(""));
    expect(result.text.split("\n\n")).toHaveLength(2);
    let streamed = "";
    const reader = translate(model, text).textStream().getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) streamed += part.value;
    expect(streamed).toBe(result.text);
    const { timings } = result;
    expect(timings.completionTokens).toBe(tokens.length);
    expect(timings.timeToFirstTokenMs).toBeLessThanOrEqual(timings.totalMs);
    expect(timings.tokensPerSecond).toBeGreaterThan(0);
  });

  test("each sentence is what it is alone", async () => {
    const parts = ["The dog sleeps.", "She is reading a book.", "What time is it?"];
    const together = await translate(model, parts.join(" ")).result();
    for (const [i, part] of parts.entries()) {
      expect(together.sentences[i]?.text).toBe((await translate(model, part).result()).text);
    }
  });

  test("it is Spanish", async () => {
    const { text } = await translate(model, "The cat purrs.").result();
    expect(text).toMatch(/\bgat[oa]\b/i);
  });

  test("the form of typing does not matter", async () => {
    const plain = (await translate(model, "I don't know.").result()).text;
    expect((await translate(model, "  I don’t\u00a0know. ").result()).text).toBe(plain);
  });

  test("special tokens in the text are text", async () => {
    const { sentences } = await translate(model, "Say <es> and </s> now.", { maxTokens: 3 }).result();
    const { promptIds, sourceRange } = sentences[0] as (typeof sentences)[0];
    const control = [...(await model.encode("<en><es>", { bos: false, special: true }))];
    expect(control).toHaveLength(2);
    expect(promptIds[sourceRange[0] - 1]).toBe(control[0]);
    expect(promptIds[sourceRange[1]]).toBe(control[1]);
    for (const id of promptIds.slice(...sourceRange)) expect([...control, model.info.eosId]).not.toContain(id);
    expect((await model.decode(promptIds.slice(...sourceRange))).trim()).toBe("Say <es> and </s> now.");
  });

  test("with a trace, the first token's covers the prompt", async () => {
    const tokens = await all(
      translate(model, "The cat purrs.", { trace: { queries: "all", include: ["attention", "keys"] } }),
    );
    const [first, second] = tokens;
    expect(first?.trace?.tokens.map(({ id }) => id)).toEqual(first?.sentence.promptIds);
    const { promptIds, sourceRange } = first?.sentence ?? { promptIds: [], sourceRange: [0, 0] };
    const source = first?.trace?.tokens.slice(...sourceRange).map(({ text }) => text);
    expect(source?.join("").trim()).toBe("The cat purrs.");
    expect(second?.trace?.positions).toEqual([promptIds.length]);
    expect(second?.trace?.tokens[0]?.id).toBe(first?.id);
  });

  test("nothing to translate", async () => {
    for (const text of ["", "  \n", "...", "!?"]) {
      expect((await failure(() => translate(model, text).result())).code).toBe("empty-prompt");
    }
  });

  test("a sentence that is too long is said before anything is translated", async () => {
    const text = `Short. A ${"very ".repeat(300)}long one.`;
    let tokens = 0;
    const { code, message } = await failure(async () => {
      for await (const _ of translate(model, text)) ++tokens;
    });
    expect(code).toBe("context-full");
    expect(message).toMatch(/Sentence 2/);
    expect(tokens).toBe(0);
  });

  test("stopping, by signal and by leaving", async () => {
    const reason = new Error("enough");
    const stop = new AbortController();
    const stopped = translate(model, "The cat purrs. The dog sleeps.", { signal: stop.signal });
    const loop = (async () => {
      for await (const _ of stopped) stop.abort(reason);
    })();
    await expect(loop).rejects.toBe(reason);
    await expect(stopped.result()).rejects.toBe(reason);
    const left = translate(model, "The cat purrs. The dog sleeps.");
    for await (const _ of left) break;
    await expect(left.result()).rejects.toMatchObject({ name: "AbortError" });
    await expect(translate(model, "Hi.", { signal: AbortSignal.abort(reason) }).result()).rejects.toBe(reason);
  });

  test("disposing the model", async () => {
    const own = await loaded(tiny);
    const running = failure(() => translate(own, "The cat purrs.").result());
    own.dispose();
    expect((await running).code).toBe("disposed");
  });
});
