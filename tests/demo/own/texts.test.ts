import { describe, expect, test } from "vitest";
import { contextChoices, defaultContext, verdict } from "../../../web/demo/own/fits";
import { bytes, duration, Speedometer } from "../../../web/demo/own/quantity";
import { CHATTING, setNumber } from "../../../web/demo/own/settings";
import { chosenFile, parseAddress, sourceName } from "../../../web/demo/own/source";
import { sentences } from "../../../web/demo/own/speech";

describe("whole sentences of a growing text", () => {
  const cases: [string, string[], string][] = [
    ["Hello there. How are", ["Hello there. "], "How are"],
    ["It is 3.5 metres. Yes", ["It is 3.5 metres. "], "Yes"],
    ['He said "No!" Then left.', ['He said "No!" '], "Then left."],
    ["One\nTwo", ["One\n"], "Two"],
    ["Wait... what? Now", ["Wait... ", "what? "], "Now"],
    ["猫がいる。犬もいる。そ", ["猫がいる。", "犬もいる。"], "そ"],
    ["", [], ""],
  ];
  test.each(cases)("%j", (text, whole, rest) => {
    expect(sentences(text, false)).toEqual({ whole, rest });
  });

  test("the end makes the rest whole, and nothing is lost on the way", () => {
    const text = 'First: 1.5 kg. "Second?" Third…\n\n- fourth (e.g. this)\nfifth';
    for (let length = 0; length <= text.length; length++) {
      const now = sentences(text.slice(0, length), false);
      expect(now.whole.join("") + now.rest).toBe(text.slice(0, length));
    }
    expect(sentences(text, true).whole.join("")).toBe(text);
    expect(sentences(text, true).rest).toBe("");
  });

  test("a sentence once whole stays as it is while the text grows", () => {
    const text = "A cat. It weighs 4.2 kg! Does it? Yes. It purrs.";
    let before: readonly string[] = [];
    for (let length = 0; length <= text.length; length++) {
      const { whole } = sentences(text.slice(0, length), false);
      expect(whole.slice(0, before.length)).toEqual(before);
      before = whole;
    }
  });
});

describe("quantities", () => {
  test.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1234, "1.2 kB"],
    [98_362_432, "98.4 MB"],
    [253_113_024, "253 MB"],
    [999_960_000, "1.0 GB"],
    [4_294_967_296, "4.3 GB"],
  ])("%d is %s", (n, text) => {
    expect(bytes(n)).toBe(text);
  });

  test("durations", () => {
    expect([0.4, 20, 70, 600].map(duration)).toEqual([
      "about a second",
      "about 20 seconds",
      "about a minute",
      "about 10 minutes",
    ]);
    expect(duration(Number.POSITIVE_INFINITY)).toBe("");
  });

  test("a speed is of the last seconds, and a stall shows", () => {
    const speed = new Speedometer();
    expect(speed.mark(0, 0)).toBeUndefined();
    expect(speed.mark(1000, 1000)).toBe(1000);
    for (let s = 2; s <= 10; s++) speed.mark(1000 * s, 1000 * s);
    let last = 0;
    for (let s = 11; s <= 20; s++) last = speed.mark(10_000, 1000 * s) ?? -1;
    expect(last).toBe(0);
  });
});

describe("does it fit", () => {
  test("more than 32 bits address cannot be", () => {
    expect(verdict({ memoryBytes: 2 ** 32, downloadBytes: 0 }).level).toBe("cannot");
    expect(verdict({ memoryBytes: 2 ** 32 - 1, downloadBytes: 0 }).level).toBe("fits");
  });

  test("a small device, and a full store, are said", () => {
    const device = verdict({ memoryBytes: 1.5e9, downloadBytes: 0, deviceBytes: 2 ** 31 });
    expect(device.level).toBe("tight");
    expect(device.text).toContain("1.5 GB");
    expect(verdict({ memoryBytes: 1e8, downloadBytes: 1e8, roomBytes: 1e7 }).text).toContain("no room");
    expect(verdict({ memoryBytes: 1e8, downloadBytes: 1e8, roomBytes: 1e9, deviceBytes: 2 ** 33 }).level).toBe("fits");
  });

  test("contexts end with what the model can hold", () => {
    expect(contextChoices(2048)).toEqual([1024, 2048]);
    expect(contextChoices(512)).toEqual([512]);
    expect(contextChoices(5000)).toEqual([1024, 2048, 4096, 5000]);
    expect([512, 4096, 32768].map(defaultContext)).toEqual([512, 4096, 4096]);
  });
});

describe("where a model comes from", () => {
  const base = "https://example.org/sub/page/";

  test.each([
    ["https://a.b/x.gguf", "https://a.b/x.gguf"],
    ["  http://a.b/x.gguf ", "http://a.b/x.gguf"],
    ["a.b/folder/x.gguf", "https://a.b/folder/x.gguf"],
    ["models/x.gguf", "https://example.org/sub/page/models/x.gguf"],
    ["/x.gguf", "https://example.org/x.gguf"],
  ])("%s", (text, url) => {
    expect(parseAddress(text, base)).toEqual({ url });
  });

  test.each(["", "   ", "ftp://a.b/x.gguf", "file:///x.gguf", "javascript:alert(1)", "https://"])(
    "%j is answered with a sentence",
    (text) => {
      const parsed = parseAddress(text, base);
      expect("problem" in parsed && parsed.problem).toMatch(/^[A-Z].+\.$/);
    },
  );

  test("names come without folders, ending and escapes", () => {
    expect(sourceName({ kind: "address", url: "https://a.b/c/My%20Model.Q4_1.gguf?download=1" })).toBe("My Model.Q4_1");
    expect(sourceName({ kind: "address", url: "https://a.b/%E0%A4%A.gguf" })).toBe("%E0%A4%A");
    expect(sourceName({ kind: "address", url: "https://a.b/" })).toBe("model");
    expect(sourceName({ kind: "file", file: new File([], "x.GGUF") })).toBe("x");
  });

  test("of several dropped files the model is taken", () => {
    const files = [new File([], "notes.txt"), new File([], "m.gguf")];
    expect(chosenFile(files)?.name).toBe("m.gguf");
    expect(chosenFile(files.slice(0, 1))?.name).toBe("notes.txt");
    expect(chosenFile([])).toBeUndefined();
  });
});

test("settings take numbers in their range, and nothing else", () => {
  expect(setNumber(CHATTING, "temperature", "0.55").temperature).toBe(0.55);
  expect(setNumber(CHATTING, "temperature", "9").temperature).toBe(2);
  expect(setNumber(CHATTING, "seed", "-4").seed).toBe(0);
  expect(setNumber(CHATTING, "maxTokens", "2.6").maxTokens).toBe(3);
  for (const text of ["", " ", "x", "NaN", "Infinity"]) expect(setNumber(CHATTING, "seed", text)).toBe(CHATTING);
});
