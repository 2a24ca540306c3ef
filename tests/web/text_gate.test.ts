// Text is held back until it is certain, and never longer.

import { describe, expect, test } from "vitest";
import { TextGate } from "../../web/src/text_gate.js";

/** What each push releases, as texts, then what the end releases and its tail. */
function run(stop: string[], texts: (string | null)[], tail = ""): { steps: string[][]; end: string[]; tail: string } {
  const gate = new TextGate<{ text: string }>(stop);
  const steps = texts.map((text) => gate.push({ text: text ?? "" }, text === null).map((token) => token.text));
  const rest = gate.finish(tail);
  return { steps, end: rest.tokens.map((token) => token.text), tail: rest.tail };
}

describe("without stop strings", () => {
  test("every token goes at once", () => {
    expect(run([], ["a", "", "b"])).toEqual({ steps: [["a"], [""], ["b"]], end: [], tail: "" });
  });
  test("parts of a character wait for the whole", () => {
    expect(run([], ["a", null, null, "€", "b"]).steps).toEqual([["a"], [], [], ["", "", "€"], ["b"]]);
  });
  test("what never becomes whole goes with the last token that waits", () => {
    expect(run([], ["a", null], "\ufffd")).toEqual({ steps: [["a"], []], end: ["\ufffd"], tail: "" });
  });
  test("or by itself, where none waits", () => {
    expect(run([], ["a"], "\ufffd")).toEqual({ steps: [["a"]], end: [], tail: "\ufffd" });
  });
});

describe("with stop strings", () => {
  test("a beginning of one is held until it is known", () => {
    expect(run(["END"], ["x", "E", "N", "x"]).steps).toEqual([["x"], [], [], ["E", "N", "x"]]);
  });
  test("one across three tokens ends the text before it", () => {
    expect(run(["END"], ["aE", "N", "Db", "c"])).toEqual({ steps: [[], [], ["a"], []], end: [], tail: "" });
  });
  test("one inside a token cuts it", () => {
    expect(run(["."], ["ab.cd"]).steps).toEqual([["ab"]]);
  });
  test("the earliest of several counts", () => {
    expect(run(["cd", "b"], ["abcd"]).steps).toEqual([["a"]]);
    expect(run(["b", "cd"], ["abcd"]).steps).toEqual([["a"]]);
  });
  test("the longest held end counts", () => {
    expect(run(["aab"], ["aa", "a", "c"]).steps).toEqual([[], [], ["aa", "a", "c"]]);
    expect(run(["aab"], ["aa", "a", "b"]).steps).toEqual([[], [], ["a"]]);
  });
  test("what is held at the end goes", () => {
    expect(run(["END"], ["x", "EN"])).toEqual({ steps: [["x"], []], end: ["EN"], tail: "" });
  });
  test("the tail can complete one", () => {
    expect(run(["a\ufffd"], ["xa"], "\ufffd")).toEqual({ steps: [[]], end: ["x"], tail: "" });
  });
  test("joined releases are the text before the first stop, for every cut into tokens", () => {
    const text = "abcabdabcabe";
    for (const stop of ["abe", "cab", "bda", "e", "abcabdabcabe", "zzz"]) {
      const end = text.indexOf(stop);
      for (let cuts = 0; cuts < 1 << (text.length - 1); cuts += 7) {
        const tokens = [...text].reduce<string[]>((list, letter, i) => {
          if (i > 0 && (cuts >> (i - 1)) & 1) list[list.length - 1] += letter;
          else list.push(letter);
          return list;
        }, []);
        const { steps, end: rest, tail } = run([stop], tokens);
        expect([...steps.flat(), ...rest, tail].join("")).toBe(end < 0 ? text : text.slice(0, end));
      }
    }
  });
});
