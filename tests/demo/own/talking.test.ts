import { readFileSync } from "node:fs";
import { OneheadError } from "onehead";
import { describe, expect, test } from "vitest";
import { readHeader } from "../../../web/demo/gguf_header";
import { messagesOf } from "../../../web/demo/own/talk";
import { explain } from "../../../web/demo/own/words";

describe("a conversation as the template takes it", () => {
  const turns = [
    { role: "user", text: "Hi" },
    { role: "assistant", text: "Hello." },
    { role: "user", text: "lost", unanswered: true },
    { role: "assistant", text: "", unanswered: true, remark: "Stopped." },
    { role: "user", text: "Again" },
  ] as const;

  test("questions without an answer are no part of it", () => {
    expect(messagesOf(turns, "  ")).toEqual([
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello." },
      { role: "user", content: "Again" },
    ]);
  });

  test("the system prompt stands first", () => {
    expect(messagesOf(turns.slice(0, 1), " Be brief. ")).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ]);
  });
});

describe("failures say what to do", () => {
  test.each([
    "http",
    "network",
    "not-a-model",
    "too-large",
    "out-of-memory",
    "context-full",
    "template-failed",
  ] as const)("%s", (code) => {
    const text = explain(new OneheadError(code, "for developers"));
    expect(text).toMatch(/^[A-Z].*\.$/);
    expect(text).not.toContain("for developers");
  });

  test("what the package knows better is passed on", () => {
    const text = explain(new OneheadError("unsupported-model", 'There is no architecture "zebra" here.'));
    expect(text).toContain("zebra");
    expect(text).toContain("Choose another");
  });

  test("a full store, and anything else", () => {
    expect(explain(new DOMException("x", "QuotaExceededError"))).toContain("no room");
    expect(explain(new Error("boom"))).toContain("boom");
    expect(explain("odd")).toContain("odd");
  });
});

describe("the head of a file, for the development server's list", () => {
  const file = new Uint8Array(readFileSync(new URL("../../data/gpt2-vocab/gpt2-vocab.gguf", import.meta.url)));
  const read = (bytes: Uint8Array) => async (length: number, position: number) =>
    bytes.subarray(position, position + length);

  test("texts are read, all else is passed over", async () => {
    const header = await readHeader(read(file));
    expect(header.get("general.architecture")).toBe("gpt2");
    expect(header.get("tokenizer.ggml.model")).toBe("gpt2");
    expect(header.has("tokenizer.ggml.tokens")).toBe(true);
    expect(header.has("tokenizer.chat_template")).toBe(false);
  });

  test("files that are cut off or none at all are refused", async () => {
    await expect(readHeader(read(file.subarray(0, 500)))).rejects.toThrow(/cut off/);
    await expect(readHeader(read(new TextEncoder().encode("<!doctype html><title>404")))).rejects.toThrow(/no GGUF/);
    const endless = file.slice();
    new DataView(endless.buffer).setBigUint64(24, 2n ** 60n, true);
    await expect(readHeader(read(endless))).rejects.toThrow(/impossible/);
  });
});
