// The codes of the core and their names here are one table; every bad model is a typed error and the next call works.

import { load } from "onehead";
import { describe, expect, test } from "vitest";
import { coreError } from "../../web/src/errors.js";
import { failure, here, loaded, read, stories } from "./support.js";

test("the codes of cpp/base/status.hpp are these", () => {
  const header = new TextDecoder().decode(read("cpp/base/status.hpp"));
  const body = /enum class ErrorCode[^{]*\{([^}]*)\}/.exec(header)?.[1] ?? "";
  const names = [...body.replace(/\/\/.*/g, "").matchAll(/\bk([A-Z]\w*)/g)].map((match) =>
    (match[1] as string).replace(/(?!^)[A-Z]/g, "-$&").toLowerCase(),
  );
  expect(names.length).toBeGreaterThan(9);
  expect(names[0]).toBe("ok");
  for (const [i, name] of names.entries()) if (i > 0) expect(coreError(i, "").code).toBe(name);
});

describe("bytes that are no model", () => {
  const file = read("tests/data/stories260K.gguf");
  const text = (words: string) => new TextEncoder().encode(words);
  const table: [string, Uint8Array, string, RegExp][] = [
    ["nothing", new Uint8Array(0), "bad-file", /cut off/],
    ["two bytes", text("GG"), "bad-file", /cut off/],
    ["the magic alone", text("GGUF"), "bad-file", /./],
    ["another magic", text("GGML and more"), "not-a-model", /GGML/],
    ["text", text("hello, world"), "not-a-model", /hell/],
    ["a web page", text("<!DOCTYPE html><html><body>404</body></html>"), "not-a-model", /web page/],
    ["a web page after white space", text("\n  <html lang=en>"), "not-a-model", /web page/],
    ["zeros", new Uint8Array(1000), "not-a-model", /GGUF/],
    ["a header alone", file.slice(0, 64), "bad-file", /./],
    ["all but the last byte", file.slice(0, -1), "bad-file", /./],
  ];
  test.each(table)("%s", async (_, bytes, code, words) => {
    for (const source of [bytes, new Blob([bytes as BlobPart])]) {
      const { code: got, message } = await failure(() => load(source, here));
      expect(got).toBe(code);
      expect(message).toMatch(words);
    }
  });

  test("cut at every 997th byte", async () => {
    for (let length = 0; length < file.length; length += 997) {
      expect((await failure(() => load(file.subarray(0, length), here))).code, `${length} bytes`).toBe("bad-file");
    }
    expect((await load(file, here)).info.nLayers).toBe(5);
  });

  test("sizes that cannot be", async () => {
    // The tensor and metadata counts are 64-bit numbers at 8 and 16.
    for (const at of [8, 16]) {
      for (const value of [2n ** 63n, 2n ** 40n, 2n ** 31n]) {
        const wrong = file.slice();
        new DataView(wrong.buffer).setBigUint64(at, value, true);
        expect(["bad-file", "too-large"]).toContain((await failure(() => load(wrong, here))).code);
      }
    }
  });

  test("weights that are not finite", async () => {
    const wrong = file.slice();
    new DataView(wrong.buffer).setFloat32(wrong.length - 40, Number.NaN, true);
    const run = async () => {
      const model = await loaded(wrong, here);
      await model.generate("Once", { maxTokens: 2 }).result();
    };
    expect((await failure(run)).code).toBe("non-finite");
  });
});

test("a vocabulary without tensors", async () => {
  const { code } = await failure(() => load(read("tests/data/gpt2-vocab/gpt2-vocab.gguf"), here));
  expect(["bad-file", "unsupported-model"]).toContain(code);
});

test("text longer than the context, and nothing at all; then the model still works", async () => {
  const model = await loaded(stories, { ...here, contextLength: 32 });
  expect(model.info.contextLength).toBe(32);
  const long = "One day a cat and a dog went to the park. ".repeat(20);
  expect((await failure(() => model.generate(long).result())).code).toBe("context-full");
  expect((await failure(() => model.trace(long))).code).toBe("context-full");
  expect((await failure(() => model.score(long, ["x"]))).code).toBe("context-full");
  expect((await failure(() => model.generate("").result())).code).toBe("empty-prompt");
  expect((await failure(() => model.generate([]).result())).code).toBe("empty-prompt");
  expect((await failure(() => model.trace(""))).code).toBe("empty-prompt");
  expect((await failure(() => model.score("a", [""]))).code).toBe("empty-prompt");
  const { finishReason, usage } = await model.generate("Once upon a time").result();
  expect(finishReason).toBe("context");
  expect(usage.promptTokens + usage.completionTokens).toBe(32);
});
