// Where a sentence ends, and one form for what is typed in several.

import { describe, expect, test } from "vitest";
import { normaliseText, splitSentences } from "../../web/src/tasks/sentences.js";

describe("splitSentences", () => {
  const table: [string, string[]][] = [
    ["", []],
    ["  \n ", []],
    ["The cat purrs.", ["The cat purrs."]],
    ["no mark at the end", ["no mark at the end"]],
    ["One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]],
    ["Really?! Yes... No.", ["Really?!", "Yes...", "No."]],
    ["Wait... what?", ["Wait... what?"]],
    ["Mr. Smith met Dr. J. Brown. He left.", ["Mr. Smith met Dr. J. Brown.", "He left."]],
    ["It was I. You knew.", ["It was I.", "You knew."]],
    ["It costs 3.50 euros. Cheap.", ["It costs 3.50 euros.", "Cheap."]],
    ["See e.g. Spain. Done.", ["See e.g. Spain.", "Done."]],
    ['He said "Go." She went.', ['He said "Go."', "She went."]],
    ["“Stop!” he cried. Nobody moved.", ["“Stop!” he cried.", "Nobody moved."]],
    ["A title\nThe text. More.", ["A title", "The text.", "More."]],
    ["One.\r\n\r\nTwo.", ["One.", "Two."]],
    ["Hello :) . Bye.", ["Hello :) .", "Bye."]],
    ["- One. - Two.", ["- One.", "- Two."]],
    ["Fine. 🙂 Thanks.", ["Fine.", "🙂 Thanks."]],
    ["你好。再见！", ["你好。", "再见！"]],
    ["... ! ?", []],
  ];
  test.each(table)("%j", (text, sentences) => {
    expect(splitSentences(text).map(({ source }) => source)).toEqual(sentences);
  });

  test("separators and sentences are the text, but for white space around it", () => {
    for (const text of ["One. Two!\n\n  Three?  Four", "  A\tb. C ", "x.\r\ny", "Hi ... there. - ! Ok. …"]) {
      const joined = splitSentences(text).map(({ source, separator }) => separator + source);
      expect(joined.join("")).toBe(text.trim());
    }
  });
});

test("normaliseText", () => {
  const table: [string, string][] = [
    ["cafe\u0301", "café"],
    ["it’s “so”", 'it\'s "so"'],
    ["a\u00a0b\u2009c  d", "a b c d"],
    ["zero\u200bwidth\ufeff", "zerowidth"],
    ["soft\u00adhyphen", "softhyphen"],
    ["  tabs\tand\nlines ", "tabs and lines"],
    ["1 < 2 & 3 </s>", "1 < 2 & 3 </s>"],
  ];
  for (const [typed, normal] of table) expect(normaliseText(typed)).toBe(normal);
});
