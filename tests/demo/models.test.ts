import { describe, expect, test } from "vitest";
import { BARCODE_LEVELS, barcodeLevels, barcodeScale } from "../../web/demo/models/barcode";
import { bytesModel } from "../../web/demo/models/bytes";
import { choiceModel, defaultTarget, wordTarget } from "../../web/demo/models/choice";
import { frame, type PageState, shownTarget, translation } from "../../web/demo/models/frame";
import { dotRadius, ledgerModel } from "../../web/demo/models/ledger";
import { FAINTEST, mapsModel } from "../../web/demo/models/maps";
import { splitModel } from "../../web/demo/models/split";
import { tourSteps } from "../../web/demo/models/tour";
import { percent } from "../../web/demo/models/words";
import { outputText, type Run, weight } from "../../web/demo/run/run";
import { syntheticRun } from "./synthetic";

const run = syntheticRun();
const GATO = 9;

/** The trace's number, found without the helpers under test. */
function traced(of: Run, layer: number, head: number, query: number, key: number): number {
  const reads = of.positions[query]?.reads as Float32Array;
  return reads[(layer * of.shape.nQueryHeads + head) * (query + 1) + key] as number;
}

describe("ledger", () => {
  const model = ledgerModel(run, 1, GATO);

  test("a row for each token, the sentence first, then the Spanish", () => {
    expect(model.sentence.map(({ label }) => label)).toEqual([
      "start",
      "English:",
      "The",
      "cat",
      "pur",
      "rs",
      ".",
      "Spanish:",
    ]);
    expect(model.spanish.map(({ label }) => label)).toEqual(["El", "gato", "ron", "ro", "nea", "."]);
    expect([...model.sentence, ...model.spanish].filter((row) => row.continues).map(({ label }) => label)).toEqual([
      "rs",
      "ro",
      "nea",
    ]);
  });

  test("the row before asks, the chosen row and all after it are behind the mask", () => {
    const rows = [...model.sentence, ...model.spanish];
    expect(rows.filter(({ role }) => role === "asks").map(({ label }) => label)).toEqual(["El"]);
    expect(rows.filter(({ role }) => role === "chosen").map(({ label }) => label)).toEqual(["gato"]);
    expect(rows.filter(({ masked }) => masked).map(({ position }) => position)).toEqual([9, 10, 11, 12, 13]);
  });

  test("weights are the trace's, and totals their sums", () => {
    for (const row of [...model.sentence, ...model.spanish]) {
      row.weights.forEach((drawn, head) => {
        const expected = row.position > GATO - 1 ? 0 : traced(run, 1, head, GATO - 1, row.position);
        expect(drawn).toBe(expected);
      });
      expect(row.readers[0]?.total).toBeCloseTo(
        row.weights.reduce((a, b) => a + b, 0),
        6,
      );
    }
  });

  test("the slab is the same whichever word is chosen", () => {
    const slab = (target: number) => {
      const { sentence, spanish } = ledgerModel(run, 1, target);
      return [...sentence, ...spanish].map(({ keys, values }) => [...keys, ...values]);
    };
    expect(slab(GATO)).toEqual(slab(12));
    expect(slab(GATO)).not.toEqual(
      [...ledgerModel(run, 2, GATO).sentence, ...ledgerModel(run, 2, GATO).spanish].map(({ keys, values }) => [
        ...keys,
        ...values,
      ]),
    );
  });

  test("no row changes its shade when rows are added", () => {
    const shorter = { ...run, positions: run.positions.slice(0, 10) };
    const rows = (of: Run) => ledgerModel(of, 1, GATO).sentence.map(({ keys }) => [...keys]);
    expect(rows(shorter)).toEqual(rows(run));
  });

  test("only the first token's reader bar may be cut", () => {
    for (let target = run.promptLength; target < run.positions.length; target++) {
      const { sentence, spanish, readerScale } = ledgerModel(run, 0, target);
      for (const row of [...sentence, ...spanish].slice(1)) {
        expect(row.readers[0]?.total).toBeLessThanOrEqual(readerScale);
        expect(row.readers[0]?.clipped).toBe(false);
      }
    }
    const sunk = syntheticRun({ nQueryHeads: 2 });
    for (const position of sunk.positions) {
      position.reads.fill(0);
      for (let row = 0; row < 6; row++) position.reads[row * (position.reads.length / 6)] = 1;
    }
    expect(ledgerModel(sunk, 0, GATO).sentence[0]?.readers[0]?.clipped).toBe(true);
  });

  test("the most-read row but the first fills the reader bar", () => {
    for (let target = run.promptLength; target < run.positions.length; target++) {
      const { sentence, spanish, readerScale } = ledgerModel(run, 0, target);
      expect(Math.max(...[...sentence, ...spanish].slice(1).map(({ readers }) => readers[0]?.total ?? 0))).toBe(
        readerScale,
      );
    }
  });

  test("dot area is the weight", () => {
    for (const share of [0, 0.01, 0.25, 1]) expect(dotRadius(share) ** 2).toBeCloseTo(share, 12);
  });
});

describe("barcodes", () => {
  test("levels are symmetric, ordered, and stay in range", () => {
    const levels = barcodeLevels(Float32Array.of(-9, -2, -1, 0, 1, 2, 9), 2);
    expect([...levels]).toEqual([0, 0, 4, 7, 11, 14, 14]);
    expect(BARCODE_LEVELS % 2).toBe(1);
    expect([...barcodeLevels(Float32Array.of(0, 5), 0)]).toEqual([7, 7]);
  });

  test("the scale is the sentence's largest number, the first token aside", () => {
    const loud = syntheticRun();
    loud.positions[0]?.keys.fill(100);
    expect(barcodeScale(loud, 0, "keys")).toBe(barcodeScale(run, 0, "keys"));
    loud.positions[3]?.keys.fill(-50);
    expect(barcodeScale(loud, 0, "keys")).toBe(50);
  });
});

describe("choice", () => {
  test("names the row before, and pieces of the same word", () => {
    expect(choiceModel(run, GATO)).toMatchObject({ query: 8, after: "El", chosen: "gato", word: "gato", pieces: [] });
    expect(choiceModel(run, 8)).toMatchObject({ after: "Spanish:", chosen: "El" });
    const inside = choiceModel(run, 11);
    expect(inside).toMatchObject({ after: "ron", chosen: "ro", word: "ronronea" });
    expect(inside.pieces.map(({ text, target }) => [text, target])).toEqual([
      ["ron", 10],
      ["ro", 11],
      ["nea", 12],
    ]);
    expect(choiceModel(run, 13)).toMatchObject({ after: "ronronea", chosen: "." });
  });

  test("marks the chosen one among the likely ones and names the end", () => {
    expect(choiceModel(run, GATO).candidates).toEqual([
      { text: "gato", probability: 0.7, chosen: true },
      { text: "otro", probability: 0.2, chosen: false },
      { text: "end", probability: 0.05, chosen: false },
    ]);
  });

  test("opens on the second word, or the only one", () => {
    expect(defaultTarget(run)).toBe(GATO);
    expect(defaultTarget(syntheticRun({ output: ["Hola"] }))).toBe(8);
    expect(defaultTarget(syntheticRun({ output: [] }))).toBeUndefined();
    expect(wordTarget(run, 2)).toBe(10);
    expect(wordTarget(run, 9)).toBeUndefined();
  });
});

test("splits sum to 1 and part the row as the ledger does", () => {
  for (let target = run.promptLength; target < run.positions.length; target++) {
    for (const { head, first, sentence, spanish, favourite } of splitModel(run, 2, target).heads) {
      expect(first + sentence + spanish).toBeCloseTo(1, 5);
      expect(first).toBe(traced(run, 2, head, target - 1, 0));
      const best = favourite === undefined ? -1 : traced(run, 2, head, target - 1, favourite);
      for (let key = 1; key < target; key++) expect(traced(run, 2, head, target - 1, key)).toBeLessThanOrEqual(best);
    }
  }
});

test("maps hold every weight worth drawing, and nothing behind the mask", () => {
  const model = mapsModel(run, 0, GATO);
  expect(model.heads).toHaveLength(8);
  for (const { head, cells } of model.heads) {
    let expected = 0;
    for (let query = 0; query < run.positions.length; query++)
      for (let key = 0; key <= query; key++) if (traced(run, 0, head, query, key) >= FAINTEST) expected++;
    expect(cells).toHaveLength(expected);
    for (const cell of cells) {
      expect(cell.key).toBeLessThanOrEqual(cell.query);
      expect(cell.weight).toBe(traced(run, 0, head, cell.query, cell.key));
    }
  }
});

test("bytes are the engine's, times heads when each has its own", () => {
  const model = bytesModel(run, true);
  expect(model.shared).toBe(run.positions.length * run.kvBytesPerToken);
  expect(model.separate).toBe(model.shared * 8);
  const grouped = bytesModel(syntheticRun({ nQueryHeads: 8, nKvHeads: 2 }), false);
  expect(grouped.separate).toBe(grouped.shared * 4);
});

test("a weight behind the mask is 0 and an unheld layer is an error", () => {
  expect(weight(run, 0, 0, 3, 4)).toBe(0);
  expect(() => weight(run, 7, 0, 3, 3)).toThrow(RangeError);
});

test("percents never round something to nothing", () => {
  expect([0, 0.0001, 0.004, 0.005, 0.426, 1].map(percent)).toEqual(["0 %", "0 %", "under 1 %", "1 %", "43 %", "100 %"]);
});

describe("what is shown", () => {
  const state: PageState = { entries: [{ source: "x", run }], layer: 1, alignmentLayer: 1, separated: false };

  test("preview before pinned before tour before the default", () => {
    const place = (position: number) => ({ sentence: 0, position });
    expect(shownTarget(state)).toEqual(place(GATO));
    expect(shownTarget({ ...state, tour: place(8) })).toEqual(place(8));
    expect(shownTarget({ ...state, tour: place(8), pinned: place(10) })).toEqual(place(10));
    expect(shownTarget({ ...state, pinned: place(10), preview: place(12) })).toEqual(place(12));
  });

  test("a target that is not there is passed over", () => {
    expect(shownTarget({ ...state, pinned: { sentence: 3, position: 9 } })?.position).toBe(GATO);
    expect(shownTarget({ ...state, pinned: { sentence: 0, position: 2 } })?.position).toBe(GATO);
    expect(shownTarget({ ...state, entries: [{ source: "x", notice: "too long" }] })).toBeUndefined();
  });

  test("while a sentence is written, its newest token", () => {
    const growing = { ...run, finished: false, positions: run.positions.slice(0, 11) };
    expect(
      shownTarget({
        ...state,
        entries: [
          { source: "x", run },
          { source: "y", run: growing },
        ],
      }),
    ).toEqual({
      sentence: 1,
      position: 10,
    });
    const prompt = { ...run, finished: false, positions: run.positions.slice(0, 8) };
    expect(frame({ ...state, entries: [{ source: "y", run: prompt }] })).toBeUndefined();
  });

  test("the translation is read without its control tokens", () => {
    expect(outputText(run)).toBe("El gato ronronea.");
    expect(
      translation([
        { source: "a", run },
        { source: "b", notice: "no" },
        { source: "c", run },
      ]),
    ).toBe("El gato ronronea. El gato ronronea.");
  });
});

test("the tour shows two words, then separate slabs, then ends where the page began", () => {
  const steps = tourSteps(run);
  expect(steps.map(({ target, separated }) => [target, separated])).toEqual([
    [GATO, false],
    [10, false],
    [10, true],
    [GATO, false],
  ]);
  expect(steps[2]?.text).toContain(bytesModel(run, true).separate.toLocaleString("en-US"));
  expect(tourSteps(syntheticRun({ output: [] }))).toEqual([]);
});
