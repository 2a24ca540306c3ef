import type { Trace } from "onehead";
import { expect, test } from "vitest";
import { tracedPositions } from "../../web/demo/run/traced";

/** Two layers, two heads, one K/V head of two dims; every number says where it stands. */
function trace(positions: number[], queries: number[]): Trace {
  const last = Math.max(...positions);
  const numbers = <T>(sizes: number[], of: (...index: number[]) => T) => {
    const out: T[] = [];
    const walk = (index: number[]) => {
      if (index.length === sizes.length) out.push(of(...index));
      else for (let i = 0; i < (sizes[index.length] as number); i++) walk([...index, i]);
    };
    walk([]);
    return Float32Array.from(out as number[]);
  };
  const cache = (sign: number) => ({
    data: numbers(
      [2, 1, positions.length, 2],
      (l, _g, p, d) => sign * (l! * 100 + (positions[p!] as number) * 10 + d!),
    ),
    shape: [2, 1, positions.length, 2],
    axes: ["layer", "kvHead", "position", "dim"],
  });
  return {
    layers: [0, 1],
    heads: [0, 1],
    queryPositions: queries,
    positions,
    tokens: positions.map((p) => ({ id: p, text: p === 0 ? "<s>" : ` t${p}`, control: p === 0 })),
    attention: {
      data: numbers([2, 2, queries.length, last + 1], (l, h, q, k) =>
        k! <= (queries[q!] as number) ? l! * 1000 + h! * 100 + (queries[q!] as number) * 10 + k! : 0,
      ),
      shape: [2, 2, queries.length, last + 1],
      axes: ["layer", "head", "query", "key"],
    },
    keys: cache(1),
    values: cache(-1),
  };
}

test("rows of a prompt's trace: each token's own key, value and reads", () => {
  const rows = tracedPositions(trace([0, 1, 2], [0, 1, 2]), [{ text: " t3", probability: 0.5 }]);
  expect(rows.map(({ text, control }) => [text, control])).toEqual([
    ["<s>", true],
    [" t1", false],
    [" t2", false],
  ]);
  expect([...(rows[1]?.keys ?? [])]).toEqual([10, 11, 110, 111]);
  expect([...(rows[2]?.values ?? [])]).toEqual([-20, -21, -120, -121]);
  expect([...(rows[1]?.reads ?? [])]).toEqual([10, 11, 110, 111, 1010, 1011, 1110, 1111]);
  expect(rows.map(({ next }) => next.length)).toEqual([0, 0, 1]);
});

test("one later row, keys counted from position 0", () => {
  const [row] = tracedPositions(trace([3], [3]), []);
  expect([...(row?.keys ?? [])]).toEqual([30, 31, 130, 131]);
  expect([...(row?.reads ?? [])].slice(0, 4)).toEqual([30, 31, 32, 33]);
  expect(row?.reads).toHaveLength(16);
});

test("the last row of a whole trace", () => {
  const [row] = tracedPositions(trace([0, 1, 2], [2]), []);
  expect(row?.text).toBe(" t2");
  expect([...(row?.keys ?? [])]).toEqual([20, 21, 120, 121]);
});

test("a trace without what was asked for is an error, not a picture", () => {
  const { keys: _, ...rest } = trace([0], [0]);
  expect(() => tracedPositions(rest, [])).toThrow(TypeError);
});
