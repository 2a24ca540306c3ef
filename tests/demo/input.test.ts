import { describe, expect, test } from "vitest";
import { foreign } from "../../web/demo/run/language";
import { coarseSentences } from "../../web/demo/run/sentences";
import { formatPermalink, parsePermalink, permalinkOf, wordTarget } from "../../web/demo/ui/permalink";
import { syntheticRun } from "./synthetic";

describe("a remark on the language", () => {
  test.each([
    ["The cat purrs.", undefined],
    ["Purr!", undefined],
    ["Tom has no money.", undefined],
    ["", undefined],
    ["123 + 4", undefined],
    ["El gato está en la casa.", "language"],
    ["¿Dónde está?", "language"],
    ["Der Hund ist nicht hier.", "language"],
    ["Кошка мурлычет.", "script"],
    ["猫がいる", "script"],
    ["I like 猫.", undefined],
  ])("%s", (text, expected) => {
    expect(foreign(text)).toBe(expected);
  });
});

test("sentences are taken apart coarsely, nothing without a word among them", () => {
  expect(coarseSentences('I am here.  Where are you? "Here!" ...\nNo stop')).toEqual([
    "I am here.",
    "Where are you?",
    '"Here!"',
    "No stop",
  ]);
  expect(coarseSentences(" … ")).toEqual([]);
});

describe("the address", () => {
  test.each([
    { text: "The cat purrs." },
    { text: "A & B = 100% #1?", layer: 0, word: 12 },
    { text: "¡Olé! 猫\nnew line + plus" },
  ])("comes back whole: $text", (link) => {
    expect(parsePermalink(formatPermalink(link))).toEqual({ layer: undefined, word: undefined, ...link });
  });

  test("counts from 1, holds no raw spaces, and shrugs at nonsense", () => {
    expect(formatPermalink({ text: "a b", layer: 2, word: 0 })).toBe("#en=a%20b&layer=3&word=1");
    expect(parsePermalink("#layer=0&word=-3&en")).toEqual({ text: "", layer: undefined, word: undefined });
    expect(parsePermalink("")).toEqual({ text: undefined, layer: undefined, word: undefined });
  });

  test("names a pinned word by its place in the whole text, and finds it again", () => {
    const run = syntheticRun();
    const entries = [
      { source: "a", run },
      { source: "b", notice: "too long" },
      { source: "c", run },
    ];
    const state = { entries, layer: 1, alignmentLayer: 1, separated: false };
    expect(permalinkOf(state, "a b c")).toEqual({ text: "a b c" });
    const pinned = { sentence: 2, position: 9 };
    expect(permalinkOf({ ...state, layer: 2, pinned }, "x")).toEqual({ text: "x", layer: 2, word: 5 });
    expect(wordTarget(entries, 5)).toEqual(pinned);
    expect(wordTarget(entries, 99)).toBeUndefined();
  });
});
