import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { translateBy, twinsOf } from "../../web/demo/twins/twin";

const tiny = new URL("../../models/onehead-tiny/onehead-tiny.q8_0.gguf", import.meta.url);

describe("twins", () => {
  test("are told by their files' names, the most keys and values first", () => {
    const names = ["h1-g1-plain", "h8-g1", "h1-g1", "h8-g8", "h2-g1", "h8-g2", "h10-g5"];
    const files = Object.fromEntries(
      names.map((name) => [`../models/onehead-twins/${name}.q8_0.gguf`, `${name}-hash.gguf`]),
    );
    const twins = twinsOf({ ...files, "../models/onehead-twins/README.md": "x", "../other/oh8-g1.q8_0.gguf": "y" });
    expect(twins.map(({ name }) => name)).toEqual([
      "h8-g8",
      "h10-g5",
      "h8-g2",
      "h8-g1",
      "h2-g1",
      "h1-g1",
      "h1-g1-plain",
    ]);
    expect(twins.at(-1)).toEqual({
      name: "h1-g1-plain",
      nQueryHeads: 1,
      nKvHeads: 1,
      plain: true,
      url: "h1-g1-plain-hash.gguf",
    });
  });

  test("translate, and say what their keys and values took", async () => {
    const made = await translateBy(new Uint8Array(readFileSync(tiny)), "The cat purrs. I sleep.", { worker: false });
    expect(made.text).toMatch(/gato/);
    expect(made.tokens).toBeGreaterThan(12);
    expect(made.kvBytes).toBe(made.tokens * made.kvBytesPerToken);
  });

  test("stop when they are told to", async () => {
    const reason = new Error("enough");
    const bytes = new Uint8Array(readFileSync(tiny));
    await expect(translateBy(bytes, "A cat.", { worker: false, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});
