import { OneheadError } from "onehead";
import { describe, expect, test } from "vitest";
import { errorText, sentenceError } from "../../web/demo/ui/error_text";

describe("failures in a visitor's words", () => {
  test("what a visitor can do something about has words of its own", () => {
    for (const code of ["network", "http", "no-simd", "out-of-memory", "context-full"] as const) {
      const text = errorText(new OneheadError(code, "for developers"));
      expect(text).toMatch(/^[A-Z].*[.)]$/);
      expect(text).not.toContain("for developers");
    }
  });

  test("anything else is passed on as it is", () => {
    expect(errorText(new OneheadError("internal", "the message"))).toContain("the message");
    expect(errorText(new Error("boom"))).toContain("boom");
    expect(errorText("odd")).toContain("odd");
  });

  test("only what concerns one sentence lets the others go on", () => {
    expect(sentenceError(new OneheadError("context-full", ""))).toContain("too long");
    expect(sentenceError(new OneheadError("empty-prompt", ""))).toBeDefined();
    expect(sentenceError(new OneheadError("worker-failed", ""))).toBeUndefined();
    expect(sentenceError(new DOMException("x", "AbortError"))).toBeUndefined();
  });
});
