// One answer (NUMERICS): the wasm builds in Node give the golden tables' bits. The relaxed build needs Node ≥ 24 and is
// also run with V8 kept from the instructions that make its 8-bit dot exact, so that the other lowering is met.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { newerNode } from "../../tools/lib/node-packages.mjs";
import { describe, tables } from "../one_answer/tables.mjs";

const repo = fileURLToPath(new URL("../../", import.meta.url));
const child = fileURLToPath(new URL("one_answer_child.mjs", import.meta.url));
const noVnni = ["--no-enable-avx-vnni", "--no-enable-avx-vnni-int8"];

const runs = [
  { variant: "simd128", node: () => process.execPath, flags: [] },
  { variant: "relaxed", node: newerNode, flags: [] },
  { variant: "relaxed", node: newerNode, flags: noVnni },
  { variant: "simd128-threads", threads: 2, node: newerNode, flags: [] },
  // The baseline compiler alone, whose atomics are others.
  { variant: "simd128-threads", threads: 2, node: newerNode, flags: ["--liftoff-only"] },
  { variant: "simd128-threads", threads: 3, node: newerNode, flags: [] },
  { variant: "relaxed-threads", threads: 2, node: newerNode, flags: [] },
];

for (const { variant, threads = 1, node, flags } of runs)
  test(`${variant}, ${threads} threads${flags.length ? `, ${flags.join(" ")}` : ""}: every golden, five ways`, async (context) => {
    const executable = await node();
    if (!executable) return context.skip("no Node of 24 or newer for this platform");
    for (const table of tables) assert.ok(existsSync(repo + table), `${table} is missing`);
    const words = [...flags, child, variant, String(threads), ...tables.map((table) => repo + table)];
    const { stdout } = await promisify(execFile)(executable, words, { maxBuffer: 1 << 26 });
    const { differences, cases, logitsRows, intDot } = JSON.parse(stdout);
    assert.equal(differences.length, 0, describe(differences));
    assert.ok(cases > 0 && logitsRows > 0);
    context.diagnostic(`${cases} cases, ${logitsRows} rows of logits, integer dot: ${intDot}`);
  });
