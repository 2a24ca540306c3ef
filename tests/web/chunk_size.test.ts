import { expect, test } from "vitest";
import { ChunkSize } from "../../web/src/chunk_size.js";

/** Rows a pass after many passes, whose cost is `fixed` ms and `perRow` ms for each row. */
function settled(fixed: number, perRow: number, maxRows = 64): number {
  const chunk = new ChunkSize(200, 16);
  for (let pass = 0; pass < 20; pass++) {
    const rows = Math.min(chunk.rows, maxRows);
    chunk.measured(fixed + perRow * rows, rows);
  }
  return Math.min(chunk.rows, maxRows);
}

test("passes are as large as they may be where that is quick enough", () => {
  expect(settled(10, 1)).toBe(64);
});

test("a large fixed part does not make small passes of what could be large ones", () => {
  // Sixteen rows cost 4.2 ms each here, and 64 of them only 1.3: by the former, 48 would seem to fit.
  expect(settled(60, 0.4)).toBe(64);
});

test("slow rows make the passes smaller, but not so small that the fixed part is all", () => {
  expect([32, 16]).toContain(settled(10, 5));
  expect(settled(300, 20)).toBe(16);
});

test("a slow first pass is forgotten", () => {
  const chunk = new ChunkSize(200, 16);
  chunk.measured(900, 16);
  for (let pass = 0; pass < 3; pass++) chunk.measured(chunk.rows, chunk.rows);
  expect(chunk.rows).toBe(128);
});

test("what took long shrinks the passes, also from beyond what the engine takes at once", () => {
  const chunk = new ChunkSize(200, 16);
  for (let pass = 0; pass < 3; pass++) chunk.measured(10, chunk.rows);
  chunk.measured(300, 64);
  chunk.measured(300, 64);
  expect(chunk.rows).toBe(32);
});

test("the short end of a prompt changes nothing", () => {
  const chunk = new ChunkSize(200, 16);
  chunk.measured(1, 16);
  chunk.measured(1, 5);
  chunk.measured(900, 15);
  expect(chunk.rows).toBe(32);
});
