import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { asksToTranslate, Typing } from "../../web/demo/ui/typing";

describe("typing", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("is done once it rests, and once only", () => {
    const settled = vi.fn();
    const typing = new Typing(settled);
    for (let key = 0; key < 5; key++) {
      typing.changed();
      vi.advanceTimersByTime(100);
    }
    expect(settled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(settled).toHaveBeenCalledTimes(1);
  });

  test("is never done in the middle of a composition", () => {
    const settled = vi.fn();
    const typing = new Typing(settled);
    typing.changed();
    typing.compose();
    typing.changed();
    vi.advanceTimersByTime(5000);
    expect(settled).not.toHaveBeenCalled();
    typing.composed();
    vi.advanceTimersByTime(1000);
    expect(settled).toHaveBeenCalledTimes(1);
  });

  test("Enter asks, but not within a composition and not with Shift", () => {
    const key = { key: "Enter", shiftKey: false, isComposing: false, keyCode: 13 };
    expect(asksToTranslate(key)).toBe(true);
    expect(asksToTranslate({ ...key, shiftKey: true })).toBe(false);
    expect(asksToTranslate({ ...key, isComposing: true })).toBe(false);
    expect(asksToTranslate({ ...key, keyCode: 229 })).toBe(false);
    expect(asksToTranslate({ ...key, key: "a" })).toBe(false);
  });
});
