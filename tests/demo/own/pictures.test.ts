import { describe, expect, test } from "vitest";
import { ledgerModel } from "../../../web/demo/models/ledger";
import { mapsModel } from "../../../web/demo/models/maps";
import { foldedRun, rowOf, stretchUntil } from "../../../web/demo/own/fold";
import { kinds } from "../../../web/demo/own/kinds_view";
import { lookPicker } from "../../../web/demo/own/layer_view";
import { memoryModel } from "../../../web/demo/own/memory";
import { headPages } from "../../../web/demo/own/shape";
import { strip } from "../../../web/demo/own/strip_view";
import { ledger } from "../../../web/demo/views/ledger";
import { legend } from "../../../web/demo/views/legend";
import { maps } from "../../../web/demo/views/maps";
import { emptyDocument, lines } from "../dom";
import { made } from "./synthetic_passage";

const document = emptyDocument();
const options = { document };
const { passage, shape } = made({ nQueryHeads: 6, nKvHeads: 3, window: 16, length: 60, border: 50 });
const stretch = stretchUntil(60);
const run = foldedRun(passage, shape, stretch, { finished: true, kvBytes: 0, kvBytesPerToken: 1 });
const model = ledgerModel(run, 0, rowOf(stretch, 55));
const unknown = { sentence: null, spanish: null };

describe("the ledger of grouped heads", () => {
  const table = ledger(model, { ...options, separated: false, caption: "c", languages: unknown });

  test("each key and value has a slab, and its heads stand beside it", () => {
    const headers = Array.from(table.querySelectorAll("thead th"), (cell) => cell.getAttribute("class")?.split(" ")[0]);
    expect(headers).toEqual(["token", ...Array(3).fill(["slab", "read", "head", "head"]).flat()]);
    for (const row of Array.from(table.querySelectorAll("tr"))) expect(row.children).toHaveLength(headers.length);
    const shades = Array.from(table.querySelectorAll("thead .slab"), (cell) => cell.getAttribute("class"));
    expect(new Set(shades).size).toBe(3);
  });

  test("each slab holds its own head's numbers", () => {
    const cells = Array.from(table.querySelectorAll('[data-position="20"] td.slab'));
    const codes = cells.map((cell) => cell.querySelector("[data-levels]")?.getAttribute("data-levels"));
    expect(codes.every((code) => code?.length === 4)).toBe(true);
  });

  test("what the window hides is marked and has no weight", () => {
    const hidden = Array.from(table.querySelectorAll("tr.beyond"));
    expect(hidden.length).toBeGreaterThan(2);
    for (const row of hidden) {
      expect(row.querySelectorAll("[data-weight]")).toHaveLength(0);
      expect(row.textContent).toContain("too long ago");
    }
    expect(legend(model, options).textContent).toContain("more than 16 tokens ago");
  });

  test("folded tokens are one torn row", () => {
    const row = table.querySelector("[data-folded]");
    expect(row?.getAttribute("data-folded")).toBe("19");
    expect(row?.querySelectorAll(".pair.torn")).toHaveLength(3);
    expect(row?.querySelectorAll(".barcode")).toHaveLength(0);
  });

  test("no language is claimed for a text of unknown language", () => {
    expect(table.querySelectorAll("[lang]")).toHaveLength(0);
  });
});

test("maps hatch what the window hides", () => {
  const drawn = maps(mapsModel(run, 0, rowOf(stretch, 55)), options);
  expect(drawn.querySelectorAll(".map")).toHaveLength(6);
  expect(drawn.querySelectorAll("path.beyond")).toHaveLength(6);
});

test.each([
  ["kinds-mqa", { nQueryHeads: 4, nKvHeads: 1 }],
  ["kinds-gqa", { nQueryHeads: 9, nKvHeads: 3 }],
])("%s", async (name, heads) => {
  const figure = kinds(memoryModel({ ...heads, tokens: 100, kvBytesPerToken: 36864 }), options);
  expect(figure.querySelectorAll(".kind.own")).toHaveLength(1);
  await expect(lines(figure)).toMatchFileSnapshot(`../snapshots/${name}.markup`);
});

test("the picker says how far the layer sees, and pages only where there are many heads", () => {
  const pages = headPages(shape);
  const windowed = lookPicker({ shape, layer: 0, pages, page: 0 }, options);
  expect(windowed.textContent).toContain("last 16 tokens");
  expect(windowed.querySelectorAll("select")).toHaveLength(1);
  expect(lookPicker({ shape, layer: 1, pages, page: 0 }, options).textContent).toContain("whole text");
  const large = { ...shape, nQueryHeads: 32, nKvHeads: 8 };
  const many = lookPicker({ shape: large, layer: 1, pages: headPages(large), page: 2 }, options);
  expect(many.querySelectorAll('[data-look="heads"] option')).toHaveLength(3);
});

test("the strip has one word that Tab reaches, and ways to move where there is more", () => {
  const word = { glued: false, written: true, control: false, shown: false, pinned: false };
  const words = [
    { ...word, text: "Hello", place: 3 },
    { ...word, text: "there", place: 4, shown: true },
  ];
  const whole = strip({ words, before: 0, after: 0 }, options);
  expect(Array.from(whole.querySelectorAll("[data-place]"), (button) => button.getAttribute("tabindex"))).toEqual([
    "-1",
    "0",
  ]);
  expect(whole.querySelectorAll("[data-move]")).toHaveLength(0);
  const part = strip({ words, before: 20, after: 0 }, options);
  expect(part.querySelector('[data-move="after"]')?.hasAttribute("disabled")).toBe(true);
  expect(part.querySelector('[data-move="before"]')?.hasAttribute("disabled")).toBe(false);
});
