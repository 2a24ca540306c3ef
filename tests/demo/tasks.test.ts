import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { printable } from "../../web/demo/models/tokens";
import { Passage } from "../../web/demo/own/passage";
import { classBars } from "../../web/demo/tasks/class_bars";
import { mostRead, readingModel } from "../../web/demo/tasks/reading";
import { reading } from "../../web/demo/tasks/reading_view";
import { taskOf, tasksOf } from "../../web/demo/ui/task_switch";

const { document } = parseHTML("<html></html>");

describe("which tasks there are", () => {
  test("an address names one; others and none are the translator", () => {
    expect(taskOf("#task=answer&question=Who%3F")).toBe("answer");
    expect(taskOf("#en=The%20cat")).toBe("translate");
    for (const hash of ["", "#", "#task=", "#task=toString", "#task=chat", "#own"])
      expect(taskOf(hash)).toBe("translate");
  });

  test("a model has those whose prompt stands in its file", () => {
    const metadata = {
      "onehead.task.complete.prompt": "<story>{text}",
      "onehead.task.translate.prompt": "<en>{text}<es>",
      "onehead.task.classify.labels": ["positive"],
      "onehead.task.answer.prompt": 7,
      "onehead.task.dance.prompt": "x",
    };
    expect(tasksOf(metadata)).toEqual(["translate", "complete"]);
    expect(tasksOf({})).toEqual([]);
  });
});

/** "<s> Text: The| cat| pur|rs Answer: positive", read by two heads at "Answer:". */
function passage(): Passage {
  const made = new Passage({ layer: 0, heads: { from: 0, to: 2, kvFrom: 0, kvTo: 1 } });
  const texts = ["<s>", "<sentiment>", "The", " cat", " pur", "rs", "<answer>", "<positive>"];
  texts.forEach((text, id) => {
    made.push({ id, text, control: /^</.test(text) });
  });
  made.border = 7;
  const reads = Float32Array.of(...[0.25, 0, 0, 0.5, 0.125, 0.125, 0], ...[0, 0.125, 0.25, 0, 0, 0.625, 0]);
  made.rows.set(6, { keys: new Float32Array(2), values: new Float32Array(2), reads });
  return made;
}

describe("what was read when the answer began", () => {
  const parts = [{ name: "Text", range: [2, 6] as const }];

  test("a word's weights are those of its pieces, head by head", () => {
    const model = readingModel(passage(), parts);
    expect(model?.parts[0]?.words.map(({ text, weights }) => [text, ...weights])).toEqual([
      ["The", 0, 0.25],
      ["cat", 0.5, 0],
      ["purrs", 0.25, 0.625],
    ]);
    expect(model?.scale).toBe(0.875);
    expect(model?.rest).toBeCloseTo((0.25 + 0.125) / 2, 12);
    expect(model && mostRead(model, 2).map(({ text }) => text)).toEqual(["purrs", "cat"]);
  });

  test("as long as it is not known there is nothing to draw", () => {
    const made = passage();
    made.rows.clear();
    expect(readingModel(made, parts)).toBeUndefined();
    expect(readingModel(passage(), [])).toBeUndefined();
  });

  test("columns are as high as the words were read, and the most read is full", () => {
    const model = readingModel(passage(), parts);
    const figure = reading(model as NonNullable<typeof model>, { document });
    const words = Array.from(figure.querySelectorAll(".read-word"));
    const heights = words.map((word) =>
      Array.from(word.querySelectorAll("rect")).reduce((sum, bar) => sum + Number(bar.getAttribute("height")), 0),
    );
    expect(heights[2]).toBeCloseTo(100, 1);
    expect(heights[1]).toBeCloseTo((100 * 0.5) / 0.875, 1);
    expect(words.map((word) => word.getAttribute("data-read"))).toEqual(["0.25", "0.5", "0.875"]);
    expect(figure.querySelector("figcaption")?.textContent).toContain("“purrs” 44 %");
  });
});

test("labels' bars are as long as they are likely", () => {
  const classes = [
    { label: "negative", probability: 0.75 },
    { label: "positive", probability: 0.25 },
  ];
  const bars = classBars(classes, { document });
  expect(Array.from(bars.querySelectorAll(".share"), (bar) => bar.getAttribute("width"))).toEqual(["75", "25"]);
  expect(bars.querySelector(".likeliest")?.getAttribute("data-class")).toBe("negative");
});

test("control tokens have plain names", () => {
  expect(["<none>", "<positive>", "</s>", "", " cat", " "].map(printable)).toEqual([
    "no answer",
    "positive",
    "end",
    "end",
    "cat",
    "␣",
  ]);
});
