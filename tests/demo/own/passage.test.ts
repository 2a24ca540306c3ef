import { describe, expect, test } from "vitest";
import { ledgerModel } from "../../../web/demo/models/ledger";
import { mapsModel } from "../../../web/demo/models/maps";
import { drawable, foldedRun, isKnown, rowOf, STRETCH, stretchUntil } from "../../../web/demo/own/fold";
import { memoryModel } from "../../../web/demo/own/memory";
import { Passage } from "../../../web/demo/own/passage";
import { headPages, sharing } from "../../../web/demo/own/shape";
import { passageSplit } from "../../../web/demo/own/split";
import { outOfWindow, placeOf } from "../../../web/demo/run/run";
import { made, madeTrace } from "./synthetic_passage";

const options = { finished: true, kvBytes: 4096, kvBytesPerToken: 64 };

describe("a passage", () => {
  test("grows with its traces, and forgets what no longer stands there", () => {
    const { passage } = made({ length: 10 });
    passage.take(madeTrace(10, 12));
    expect(passage.tokens.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    const other = madeTrace(8, 9);
    passage.take({ ...other, tokens: [{ id: 99, text: " other", control: false }] });
    expect(passage.tokens).toHaveLength(9);
    expect(passage.tokens[8]?.id).toBe(99);
    expect([...passage.rows.keys()].every((place) => place < 9)).toBe(true);
    passage.cut(4);
    expect([passage.tokens.length, passage.rows.size, passage.border]).toEqual([4, 4, 4]);
  });

  test("refuses a trace with a hole before it", () => {
    expect(() => made({ length: 5 }).passage.take(madeTrace(7, 8))).toThrow(RangeError);
  });

  test("takes the tokens, not the rows, of another layer's trace", () => {
    const { passage } = made({ length: 5 });
    passage.take(madeTrace(5, 6, {}, 2));
    expect(passage.tokens).toHaveLength(6);
    expect(passage.rows.has(5)).toBe(false);
  });

  test("holds the weights of a bounded number of rows", () => {
    const { passage } = made({ length: 300 });
    const traced = [...passage.rows.values()].filter(({ reads }) => reads !== undefined);
    expect(traced.length).toBeLessThanOrEqual(128);
    expect(passage.rows.get(299)?.reads).toBeDefined();
    expect(passage.rows.get(0)?.keys).toBeDefined();
  });

  test("keeps the drawn key/value heads only", () => {
    const shape = { nQueryHeads: 32, nKvHeads: 8 };
    const [, page] = headPages(shape);
    const passage = new Passage({ layer: 0, heads: page! });
    const trace = madeTrace(0, 3, shape);
    const heads = Array.from({ length: page!.to - page!.from }, (_, i) => page!.from + i);
    passage.take({ ...trace, heads });
    expect(passage.rows.get(2)?.keys).toHaveLength((page!.kvTo - page!.kvFrom) * 4);
    expect(passage.rows.get(2)?.keys[0]).toBe(page!.kvFrom * 1000 + 2);
  });
});

describe("a stretch of it as a run", () => {
  const { passage, shape, weight } = made();
  const stretch = stretchUntil(100);
  const run = foldedRun(passage, shape, stretch, options);

  test("is the first token, one row for all before it, then row by row", () => {
    expect(stretch).toEqual({ begin: 60, end: 100 });
    expect(run.positions).toHaveLength(STRETCH + 2);
    expect(run.positions.map((_, i) => placeOf(run, i))).toEqual([
      0,
      1,
      ...Array.from({ length: 40 }, (_, i) => 60 + i),
    ]);
    expect(run.positions[1]?.folded).toBe(59);
    expect([0, 1, 59, 60, 99].map((place) => rowOf(stretch, place))).toEqual([0, 1, 1, 2, 41]);
    expect(run.promptLength).toBe(2);
  });

  test("weights are the trace's, the folded ones summed, and rows still sum to 1", () => {
    const model = ledgerModel(run, 0, rowOf(stretch, 80));
    const rows = [...model.sentence, ...model.spanish];
    for (let head = 0; head < 4; head++) {
      expect(rows[0]?.weights[head]).toBe(weight(head, 79, 0));
      let folded = 0;
      for (let key = 1; key < 60; key++) folded += weight(head, 79, key);
      expect(rows[1]?.weights[head]).toBeCloseTo(folded, 5);
      expect(rows[rowOf(stretch, 70)]?.weights[head]).toBe(weight(head, 79, 70));
      expect(rows.reduce((sum, row) => sum + (row.weights[head] ?? 0), 0)).toBeCloseTo(1, 4);
    }
  });

  test("a row has one entry for each key and value, with its own heads", () => {
    const model = ledgerModel(run, 0, rowOf(stretch, 80));
    const row = model.spanish[5];
    expect(row?.readers.map(({ head }) => head)).toEqual([0, 2]);
    expect(row?.readers[1]?.weights).toEqual(row?.weights.slice(2));
    expect(model.groupSize).toBe(2);
  });

  test("short texts are whole", () => {
    expect([2, 40, 41, 42, 43].map((end) => stretchUntil(end).begin)).toEqual([0, 0, 0, 0, 3]);
    const short = made({ length: 12, border: 5 });
    const all = foldedRun(short.passage, short.shape, stretchUntil(12), options);
    expect(all.positions.every(({ folded }) => folded === undefined)).toBe(true);
    expect(all.promptLength).toBe(5);
  });

  test("what is not traced is not drawn as read", () => {
    const fresh = new Passage({ layer: 0, heads: passage.look.heads });
    const trace = madeTrace(0, 6);
    fresh.take({ ...trace, queryPositions: [5], attention: { ...madeTrace(5, 6).attention! } });
    expect(isKnown(fresh, { begin: 0, end: 6 })).toBe(false);
    expect(drawable(fresh, { begin: 0, end: 9 })).toEqual({ begin: 0, end: 6 });
    const model = mapsModel(foldedRun(fresh, shape, { begin: 0, end: 6 }, options), 0, 5);
    expect(model.untraced).toEqual([0, 1, 2, 3, 4]);
    expect(model.heads.every(({ cells }) => cells.every(({ query }) => query === 5))).toBe(true);
  });
});

describe("a layer with a window", () => {
  const { passage, shape } = made({ window: 16, length: 60, border: 30 });
  const stretch = stretchUntil(60);
  const run = foldedRun(passage, shape, stretch, options);

  test("rows further back than the window are out of sight, the folded row too", () => {
    const model = ledgerModel(run, 0, rowOf(stretch, 51));
    const rows = [...model.sentence, ...model.spanish];
    expect(rows.filter(({ beyond }) => beyond).map(({ position }) => placeOf(run, position))).toEqual([
      0,
      1,
      ...Array.from({ length: 15 }, (_, i) => 20 + i),
    ]);
    expect(rows.filter(({ beyond }) => beyond).every(({ weights }) => weights.every((w) => w === 0))).toBe(true);
    expect(outOfWindow(run, rowOf(stretch, 50), rowOf(stretch, 35))).toBe(false);
    expect(outOfWindow(run, rowOf(stretch, 50), rowOf(stretch, 34))).toBe(true);
  });

  test("maps know each row's hidden columns", () => {
    const { beyond } = mapsModel(run, 0, rowOf(stretch, 51));
    expect(beyond[rowOf(stretch, 50)]).toBe(rowOf(stretch, 35));
    expect(beyond[rowOf(stretch, 20)]).toBe(2);
  });

  test("a layer without a window hides nothing", () => {
    passage.turn({ layer: 1, heads: passage.look.heads });
    passage.take(madeTrace(0, 60, {}, 1));
    const whole = foldedRun(passage, shape, stretch, options);
    expect(ledgerModel(whole, 1, 20).sentence.every(({ beyond }) => !beyond)).toBe(true);
  });
});

test("shares are of the whole text, however little of it is drawn", () => {
  const { passage, weight } = made();
  const { heads } = passageSplit(passage, 90);
  for (const { head, first, sentence, spanish, favourite } of heads) {
    expect(first + sentence + spanish).toBeCloseTo(1, 4);
    expect(first).toBe(weight(head, 90, 0));
    let given = 0;
    for (let key = 1; key < 60; key++) given += weight(head, 90, key);
    expect(sentence).toBeCloseTo(given, 5);
    for (let key = 1; key <= 90; key++) {
      expect(weight(head, 90, key)).toBeLessThanOrEqual(weight(head, 90, favourite ?? -1));
    }
  }
});

describe("ways of sharing", () => {
  test("names", () => {
    expect(sharing({ nQueryHeads: 4, nKvHeads: 1 })).toBe("MQA");
    expect(sharing({ nQueryHeads: 9, nKvHeads: 3 })).toBe("GQA");
    expect(sharing({ nQueryHeads: 8, nKvHeads: 8 })).toBe("MHA");
  });

  test("bytes are to scale, the model's own are the engine's", () => {
    const { kinds } = memoryModel({ nQueryHeads: 9, nKvHeads: 3, tokens: 10, kvBytesPerToken: 300 });
    expect(kinds.map(({ kind, bytes, own }) => [kind, bytes, own])).toEqual([
      ["MQA", 1000, false],
      ["GQA", 3000, true],
      ["MHA", 9000, false],
    ]);
    const mqa = memoryModel({ nQueryHeads: 4, nKvHeads: 1, tokens: 1, kvBytesPerToken: 100 });
    expect(mqa.kinds.map(({ bytes }) => bytes)).toEqual([100, 200, 400]);
    const single = memoryModel({ nQueryHeads: 1, nKvHeads: 1, tokens: 1, kvBytesPerToken: 100 });
    expect(single.kinds).toHaveLength(1);
  });

  test.each([
    [4, 1, 1],
    [9, 3, 1],
    [8, 8, 1],
    [32, 8, 3],
    [32, 32, 3],
    [48, 1, 4],
    [71, 1, 6],
  ])("%d query heads over %d are drawn on %d pages, each head once", (nQueryHeads, nKvHeads, count) => {
    const pages = headPages({ nQueryHeads, nKvHeads });
    expect(pages).toHaveLength(count);
    expect(pages.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual(
      Array.from({ length: nQueryHeads }, (_, i) => i),
    );
    for (const { from, to, kvFrom, kvTo } of pages) {
      expect(to - from).toBeLessThanOrEqual(12);
      expect(Math.floor(from / (nQueryHeads / nKvHeads))).toBe(kvFrom);
      expect(Math.ceil(to / (nQueryHeads / nKvHeads))).toBe(kvTo);
    }
  });
});
