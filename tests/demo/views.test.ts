import { describe, expect, test } from "vitest";
import { bytesModel } from "../../web/demo/models/bytes";
import { choiceModel } from "../../web/demo/models/choice";
import { ledgerModel } from "../../web/demo/models/ledger";
import { mapsModel } from "../../web/demo/models/maps";
import { splitModel } from "../../web/demo/models/split";
import { bytes } from "../../web/demo/views/bytes";
import { candidates } from "../../web/demo/views/candidates";
import { choice } from "../../web/demo/views/choice";
import { headline } from "../../web/demo/views/headline";
import { layerPicker } from "../../web/demo/views/layer";
import { ledger } from "../../web/demo/views/ledger";
import { legend } from "../../web/demo/views/legend";
import { maps } from "../../web/demo/views/maps";
import { spanish } from "../../web/demo/views/spanish";
import { split } from "../../web/demo/views/split";
import { timings } from "../../web/demo/views/timings";
import { emptyDocument, lines } from "./dom";
import { syntheticRun } from "./synthetic";

const document = emptyDocument();
const options = { document };
const run = syntheticRun({
  prompt: ["<s>", "<en>", " Cat", ".", "<es>"],
  output: [" Ga", "to", "."],
  nQueryHeads: 2,
  headDim: 4,
  layers: [0],
});
const TARGET = 6;
const label = (position: number) => `t${position}`;
const file = (name: string) => `./snapshots/${name}.markup`;

describe("pictures of a small run", () => {
  const ledgerOf = (separated: boolean) =>
    ledger(ledgerModel(run, 0, TARGET), { ...options, separated, caption: "what each head reads" });

  test.each([
    ["ledger", () => ledgerOf(false)],
    ["ledger-separated", () => ledgerOf(true)],
    ["maps", () => maps(mapsModel(run, 0, TARGET), options)],
    ["split", () => split(splitModel(run, 0, TARGET), { ...options, label })],
    ["bytes", () => bytes(bytesModel(run, false), options)],
    ["bytes-separated", () => bytes(bytesModel(run, true), options)],
    ["candidates", () => candidates(choiceModel(run, TARGET), options)],
    ["choice", () => choice(choiceModel(run, TARGET), options)],
    ["legend", () => legend(ledgerModel(run, 0, TARGET), options)],
    ["timings", () => timings({ timings: run.timings, build: "SIMD" }, options)],
  ])("%s", async (name, view) => {
    await expect(lines(view())).toMatchFileSnapshot(file(name));
  });
});

test("the headline has the model's own number", () => {
  const text = (nQueryHeads: number, nKvHeads: number) => headline({ nQueryHeads, nKvHeads }, options).textContent;
  expect(text(8, 1)).toBe("Every word asks eight questions of one key and one value.");
  expect(text(1, 1)).toBe("Every word asks one question of one key and one value.");
  expect(text(16, 2)).toBe("Every word asks 16 questions of two keys and two values.");
});

test("the ledger is a real table with headers for rows and columns", () => {
  const table = ledger(ledgerModel(syntheticRun(), 1, 9), { ...options, separated: false, caption: "c" });
  expect(table.localName).toBe("table");
  expect(table.querySelector("caption")?.textContent).toBe("c");
  expect(table.querySelectorAll("thead th[scope=col]")).toHaveLength(11);
  expect(table.querySelectorAll("tbody th[scope=row]")).toHaveLength(14);
  for (const row of Array.from(table.querySelectorAll("tr"))) expect(row.children).toHaveLength(11);
});

test("each head of its own: one outline a row for every further head", () => {
  const table = ledger(ledgerModel(syntheticRun(), 1, 9), { ...options, separated: true, caption: "c" });
  expect(table.querySelectorAll('[data-position="0"] .outline')).toHaveLength(7);
});

test("the byte bar is to scale", () => {
  const figure = bytes(bytesModel(syntheticRun(), true), options);
  const width = (element: Element | null) => Number(element?.getAttribute("width"));
  expect(width(figure.querySelector(".kept")) * 8).toBe(width(figure.querySelector(".track")));
  expect(figure.querySelectorAll(".extra.on")).toHaveLength(7);
});

test("Spanish words are buttons of which Tab reaches one", () => {
  const words = [
    { text: "El", glued: false },
    { text: "gato", glued: false },
    { text: ".", glued: true },
  ];
  const element = spanish(
    {
      sentences: [
        { words, finished: true },
        { words: [], finished: false, notice: "Too long." },
      ],
      shown: { sentence: 0, word: 1 },
      pinned: true,
      reachable: { sentence: 0, word: 1 },
    },
    options,
  );
  const buttons = Array.from(element.querySelectorAll("button"));
  expect(element.textContent).toBe("El gato.Too long.");
  expect(buttons.map((button) => button.getAttribute("tabindex"))).toEqual(["-1", "0", "-1"]);
  expect(buttons.map((button) => button.getAttribute("aria-pressed"))).toEqual(["false", "true", "false"]);
  expect(element.querySelector(".notice")?.getAttribute("lang")).toBe("en");
});

test("the layer picker says why this layer, and offers only what is held", () => {
  const held = layerPicker({ layers: [3], nLayers: 6, layer: 3, alignmentLayer: 3 }, options);
  expect(held.querySelector("select")?.hasAttribute("disabled")).toBe(true);
  expect(held.textContent).toContain("measured");
  const all = layerPicker({ layers: [0, 1, 2], nLayers: 3, layer: 0, alignmentLayer: 2 }, options);
  expect(all.querySelectorAll("option:not([disabled])")).toHaveLength(3);
  expect(all.textContent).toContain("Shown first is layer 3");
});
