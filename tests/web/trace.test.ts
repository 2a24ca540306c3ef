// Traces: shapes, sums, masks, and that a generation's trace is the prompt's.

import { load, type Model, type Tensor, type Trace } from "onehead";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { all, failure, here, stories } from "./support.js";

let model: Model;
beforeAll(async () => {
  model = await load(stories, here);
});
afterAll(() => model.dispose());

const prompt = "Once upon a time, there was a little girl";
const size = (tensor: Tensor) => tensor.shape.reduce((product, n) => product * n, 1);
/** The entry at these indices, one for each axis. */
const at = ({ data, shape }: Tensor, ...indices: number[]) =>
  data[indices.reduce((offset, index, axis) => offset * (shape[axis] as number) + index, 0)] as number;

describe("of a prompt", () => {
  test("everything: names, shapes, sizes", async () => {
    const trace = await model.trace(prompt, {
      queries: "all",
      include: ["attention", "queries", "keys", "values", "hidden"],
    });
    const n = (await model.encode(prompt)).length;
    const shapes: [Tensor, string[], number[]][] = [
      [trace.attention, ["layer", "head", "query", "key"], [5, 8, n, n]],
      [trace.queries, ["layer", "head", "query", "dim"], [5, 8, n, 8]],
      [trace.keys, ["layer", "kvHead", "position", "dim"], [5, 4, n, 8]],
      [trace.values, ["layer", "kvHead", "position", "dim"], [5, 4, n, 8]],
      [trace.hidden, ["layer", "query", "dim"], [6, n, 64]],
    ];
    for (const [tensor, axes, shape] of shapes) {
      expect(tensor.axes).toEqual(axes);
      expect(tensor.shape).toEqual(shape);
      expect(tensor.data).toHaveLength(size(tensor));
      expect(tensor.data.every(Number.isFinite)).toBe(true);
      expect(tensor.data.some((value) => value !== 0)).toBe(true);
    }
    const range = Array.from({ length: n }, (_, i) => i);
    expect(trace).toMatchObject({
      layers: [0, 1, 2, 3, 4],
      heads: range.slice(0, 8),
      queryPositions: range,
      positions: range,
    });
    expect(trace.tokens.map(({ id }) => id)).toEqual([...(await model.encode(prompt))]);
    expect(trace.tokens[0]?.control).toBe(true);
    expect(
      trace.tokens
        .slice(1)
        .map(({ text }) => text)
        .join("")
        .trim(),
    ).toBe(prompt);
  });

  test("weights are a causal distribution, and softmax of the query's products with the keys", async () => {
    const { attention, queries, keys } = await model.trace(prompt, {
      queries: "all",
      include: ["attention", "queries", "keys"],
    });
    const [nLayers, nHeads, nQueries, nKeys] = attention.shape as [number, number, number, number];
    for (let layer = 0; layer < nLayers; ++layer) {
      for (let head = 0; head < nHeads; ++head) {
        for (let query = 0; query < nQueries; ++query) {
          const weights = Array.from({ length: nKeys }, (_, key) => at(attention, layer, head, query, key));
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
          expect(weights.slice(query + 1).every((weight) => weight === 0)).toBe(true);
          const scores = weights.slice(0, query + 1).map((_, key) => {
            let score = 0;
            for (let d = 0; d < 8; ++d)
              score += at(queries, layer, head, query, d) * at(keys, layer, head >> 1, key, d);
            return score / Math.sqrt(8);
          });
          const max = Math.max(...scores);
          const total = scores.reduce((sum, score) => sum + Math.exp(score - max), 0);
          for (const [key, score] of scores.entries()) {
            expect(weights[key]).toBeCloseTo(Math.exp(score - max) / total, 4);
          }
        }
      }
    }
  });

  test("a choice of layers, heads and positions is that part of everything", async () => {
    const whole = await model.trace(prompt, { queries: "all", include: ["attention", "hidden"] });
    const part = await model.trace(prompt, {
      layers: [3, 1],
      heads: [7, 2],
      queries: [4, 6],
      include: ["attention", "hidden"],
    });
    expect(part).toMatchObject({ layers: [1, 3], heads: [2, 7], queryPositions: [4, 6] });
    expect(part.attention.shape).toEqual([2, 2, 2, 7]);
    expect(part.hidden.shape).toEqual([3, 2, 64]);
    for (const [l, layer] of part.layers.entries()) {
      for (const [h, head] of part.heads.entries()) {
        for (const [q, query] of part.queryPositions.entries()) {
          for (let key = 0; key < 7; ++key) {
            expect(at(part.attention, l, h, q, key)).toBe(at(whole.attention, layer, head, query, key));
          }
          expect(at(part.hidden, l + 1, q, 5)).toBe(at(whole.hidden, layer + 1, query, 5));
          expect(at(part.hidden, 0, q, 5)).toBe(at(whole.hidden, 0, query, 5));
        }
      }
    }
  });

  test("by default: attention of the last row", async () => {
    const trace = await model.trace(prompt);
    const n = (await model.encode(prompt)).length;
    expect(trace.attention.shape).toEqual([5, 8, 1, n]);
    expect(Object.keys(trace).sort()).toEqual([
      "attention",
      "heads",
      "layers",
      "positions",
      "queryPositions",
      "tokens",
    ]);
  });

  test("keys and values alone", async () => {
    const trace = await model.trace(prompt, { include: ["keys"] });
    expect(trace.keys.data.some((value) => value !== 0)).toBe(true);
    expect("attention" in trace).toBe(false);
  });

  test("what would be too large is refused", async () => {
    const { code, message } = await failure(() => model.trace(prompt, { queries: "all", maxBytes: 1000 }));
    expect(code).toBe("max-bytes");
    expect(message).toMatch(/1000/);
    const generation = () => model.generate(prompt, { maxTokens: 3, trace: { maxBytes: 1000 } }).result();
    expect((await failure(generation)).code).toBe("max-bytes");
  });
});

describe("of a generation", () => {
  test("each token's trace is the row before it, bit for bit as in a trace of the whole text", async () => {
    const include = ["attention", "keys", "values", "hidden", "queries"] as const;
    const tokens = await all(model.generate(prompt, { maxTokens: 12, trace: { queries: "all", include } }));
    const ids = [...(await model.encode(prompt)), ...tokens.map(({ id }) => id)];
    const nPrompt = ids.length - 12;
    const whole = await model.trace(ids, { queries: "all", include });
    const traces = tokens.map(({ trace }) => trace as Required<Trace>);

    const range = (begin: number, end: number) => Array.from({ length: end - begin }, (_, i) => begin + i);
    traces.forEach((trace, i) => {
      const rows = i === 0 ? range(0, nPrompt) : [nPrompt + i - 1];
      expect(trace.queryPositions).toEqual(rows);
      expect(trace.positions).toEqual(rows);
      expect(trace.tokens.map(({ id }) => id)).toEqual(rows.map((row) => ids[row]));
      expect(trace.attention.shape).toEqual([5, 8, rows.length, nPrompt + i]);
      for (const [r, row] of rows.entries()) {
        for (let head = 0; head < 8; ++head) {
          for (let key = 0; key <= row; ++key) {
            expect(at(trace.attention, 2, head, r, key)).toBe(at(whole.attention, 2, head, row, key));
          }
        }
        for (let d = 0; d < 8; ++d) {
          expect(at(trace.keys, 4, 3, r, d)).toBe(at(whole.keys, 4, 3, row, d));
          expect(at(trace.values, 4, 3, r, d)).toBe(at(whole.values, 4, 3, row, d));
          expect(at(trace.queries, 1, 6, r, d)).toBe(at(whole.queries, 1, 6, row, d));
          expect(at(trace.hidden, 5, r, d)).toBe(at(whole.hidden, 5, row, d));
        }
      }
    });
  });

  test("traces of unlike kind side by side", async () => {
    const wants = [{ layers: [0] }, { layers: [4], heads: [1] }, undefined, { include: ["hidden"] as const }];
    const run = (trace: (typeof wants)[number]) => all(model.generate("The cat", { maxTokens: 15, trace }));
    const alone: unknown[] = [];
    for (const trace of wants) alone.push(await run(trace));
    expect(await Promise.all(wants.map(run))).toEqual(alone);
  });

  test("tracing changes no bit of the text", async () => {
    const plain = await all(model.generate("The cat", { maxTokens: 20 }));
    const traced = await all(model.generate("The cat", { maxTokens: 20, trace: {} }));
    expect(traced.map(({ trace: _, ...token }) => token)).toEqual(plain);
  });

  test("in a session, a second answer covers what was added since the first", async () => {
    const session = await model.createSession();
    await session.generate("Once", { maxTokens: 4 }).result();
    const { position } = session;
    const [token] = await all(session.generate("", { maxTokens: 1, trace: { include: ["keys"] } }));
    expect(token?.trace?.positions).toEqual([position - 1]);
    session.dispose();
  });

  test("after a session's past it is the whole text's, and the session stays as it is", async () => {
    const ids = [...(await model.encode(prompt))];
    const options = { layers: [1, 3], heads: [0, 5], queries: "all", include: ["attention", "keys"] } as const;
    const whole = await model.trace(ids, options);
    const session = await model.createSession();
    await session.append(ids.slice(0, 6));
    const trace = await session.trace(ids.slice(6), options);
    expect(session.position).toBe(6);
    const rows = ids.map((_, i) => i).slice(6);
    expect(trace.queryPositions).toEqual(rows);
    expect(trace.positions).toEqual(rows);
    expect(trace.tokens).toEqual(whole.tokens.slice(6));
    expect(trace.attention.shape).toEqual([2, 2, rows.length, ids.length]);
    for (const [r, row] of rows.entries()) {
      for (let key = 0; key <= row; ++key) {
        expect(at(trace.attention, 1, 1, r, key)).toBe(at(whole.attention, 1, 1, row, key));
      }
      expect(at(trace.keys, 1, 2, r, 5)).toBe(at(whole.keys, 1, 2, row, 5));
    }
    const outside = await failure(() => session.trace(ids.slice(6), { queries: [5] }));
    expect(outside.code).toBe("bad-argument");
    await session.append(ids.slice(6));
    expect(session.position).toBe(ids.length);
    session.dispose();
  });
});
