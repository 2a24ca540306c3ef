import { describe, expect, test } from "vitest";
import { groupWords } from "../../web/demo/run/words";

const spelled = (texts: string[]) => groupWords(texts).map(({ text, begin, end }) => [text, begin, end]);

describe("pieces become words", () => {
  test("a space begins a word, later pieces join it, punctuation stands alone", () => {
    expect(spelled(["El", " gato", " ron", "ro", "nea", "."])).toEqual([
      ["El", 0, 1],
      ["gato", 1, 2],
      ["ronronea", 2, 5],
      [".", 5, 6],
    ]);
  });

  test("a lone space belongs to the word after it", () => {
    expect(spelled(["a", " ", "quick", " fox"])).toEqual([
      ["a", 0, 1],
      ["quick", 1, 3],
      ["fox", 3, 4],
    ]);
  });

  test("a line's end parts words, and is none itself", () => {
    expect(groupWords([" end", ".", "\n", "I", " am"]).map(({ text }) => text)).toEqual(["end", ".", "", "I", "am"]);
  });

  test("an opening mark stands alone and the word after it is glued to it", () => {
    const words = groupWords([" ¿", "Qu", "é", " es", "?"]);
    expect(words.map(({ text }) => text)).toEqual(["¿", "Qué", "es", "?"]);
    expect(words.map(({ glued }) => glued)).toEqual([false, true, false, true]);
  });

  test("apostrophes and hyphens stay inside their word", () => {
    expect(spelled([" don", "'", "t", " well", "-", "known"])).toEqual([
      ["don't", 0, 3],
      ["well-known", 3, 6],
    ]);
  });

  test("positions count from the offset", () => {
    expect(groupWords(["El", " gato"], 8)[1]).toEqual({ text: "gato", begin: 9, end: 10, glued: false });
  });

  test("every piece lies in exactly one word, in order", () => {
    const texts = [" A", "b", ",", " c", " ", "d", "!", "!", "e"];
    const words = groupWords(texts);
    expect(words[0]?.begin).toBe(0);
    expect(words.at(-1)?.end).toBe(texts.length);
    for (let i = 1; i < words.length; i++) expect(words[i]?.begin).toBe(words[i - 1]?.end);
    expect(words.map(({ text }) => text).join("")).toBe(texts.join("").replaceAll(" ", ""));
  });
});
