// Compares what is drawn with the trace, number by number. Drawn numbers have three decimals.
import assert from "node:assert/strict";
import { readLive, until } from "./read_page.mjs";

const short = (x, digits = 3) => Number(x.toFixed(digits));
const levelsOf = (row, scale) =>
  row.map((x) => Math.round(Math.min(Math.max((x / scale + 1) / 2, 0), 1) * 14).toString(36)).join("");
const controlNames = { "<s>": "start", "<en>": "English:", "<es>": "Spanish:", "</s>": "end" };
export const labelOf = (token) => (token.control ? (controlNames[token.text] ?? token.text) : token.text.trim() || "␣");

/** `drawn` is what readLive gave, `run` what expectedRun gave. */
export function compareDrawing(drawn, run) {
  const { layer, query, target } = drawn;
  assert.equal(query, target - 1, "a token is chosen by the row before it");
  assert.equal(drawn.rows.length, run.tokens.length);
  assert.match(drawn.after, /^after .+ → .+$/);
  assert.equal(drawn.after.split(" → ")[1], labelOf(run.tokens[target]));
  compareLedger(drawn, run, layer, query);
  compareSplit(drawn, run, layer, query);
  compareCandidates(drawn, run, query);
  const bytes = run.tokens.length * run.info.kvBytesPerToken;
  const times = run.info.nQueryHeads / run.info.nKvHeads;
  assert.deepEqual(drawn.bytes, {
    bytes: String(bytes),
    sharedBytes: String(bytes),
    separateBytes: String(bytes * times),
    reservedBytes: String(run.kvBytes),
  });
}

function compareLedger(drawn, run, layer, query) {
  const { nQueryHeads } = run.info;
  const heads = Array.from({ length: nQueryHeads }, (_, head) => head);
  const largest = (row) => {
    let scale = 0;
    for (let position = 1; position < run.promptLength; position++)
      for (const x of row(layer, position)) scale = Math.max(scale, Math.abs(x));
    return scale;
  };
  const scales = { keys: largest(run.keys), values: largest(run.values) };
  const totalOf = (position) => heads.reduce((sum, head) => sum + run.weight(layer, head, query, position), 0);
  const fullest = Math.max(0, ...Array.from({ length: query }, (_, i) => totalOf(i + 1)));
  assert.equal(drawn.columns.length, 3 + nQueryHeads);
  for (const head of heads) assert.equal(drawn.columns[3 + head], `Query head ${head + 1}`);
  for (const [position, row] of drawn.rows.entries()) {
    const where = `row ${position} (${row.label})`;
    assert.equal(row.position, position);
    assert.equal(row.group, position < run.promptLength ? "sentence" : "spanish", where);
    assert.equal(row.label, labelOf(run.tokens[position]), where);
    assert.equal(row.masked, position > query, where);
    assert.equal(row.role, position === query ? "asks" : position === query + 1 ? "chosen" : "none", where);
    assert.deepEqual(
      row.levels,
      [levelsOf(run.keys(layer, position), scales.keys), levelsOf(run.values(layer, position), scales.values)],
      where,
    );
    if (row.masked) {
      assert.deepEqual(row.weights, [], where);
      continue;
    }
    const weights = heads.map((head) => run.weight(layer, head, query, position));
    row.weights.forEach((cell, head) => {
      assert.equal(cell.head, head);
      assert.equal(cell.weight, short(weights[head]), where);
      assert.equal(cell.radius, short(Math.sqrt(short(weights[head]))), `${where}: area is weight`);
      const percent = Math.round(weights[head] * 100);
      assert.equal(cell.spoken, percent === 0 && weights[head] > 0.0005 ? "under 1 %" : `${percent} %`, where);
    });
    assert.equal(row.weights.length, nQueryHeads, where);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    assert.equal(row.readers.total, short(total), where);
    // The most-read row but the first fills the bar; only the first may be cut to it.
    const full = total > fullest ? total : fullest;
    assert.equal(row.readers.clipped, total > fullest, where);
    const widths = new Map(row.readers.widths);
    weights.forEach((weight, head) => {
      if (weight > 0.0005) assert.equal(widths.get(head), short((weight / full) * 100, 2), `${where}: reader ${head}`);
      else assert.ok(!widths.has(head), `${where}: reader ${head}`);
    });
  }
}

function compareSplit(drawn, run, layer, query) {
  assert.equal(drawn.split.length, run.info.nQueryHeads);
  const border = run.promptLength - 1;
  drawn.split.forEach(({ head, shares, widths }, index) => {
    assert.equal(head, index);
    const sum = (begin, end) => {
      let share = 0;
      for (let key = begin; key < end; key++) share += run.weight(layer, head, query, key);
      return share;
    };
    const expected = { sentence: sum(1, border), spanish: sum(border, query + 1), first: sum(0, 1) };
    for (const [part, share] of Object.entries(expected)) {
      assert.equal(shares[part], short(share), `head ${head}: ${part}`);
      assert.equal(widths[part], short(share * 100, 2), `head ${head}: width of ${part}`);
    }
  });
}

function compareCandidates(drawn, run, query) {
  const candidates = run.candidates(query);
  assert.equal(drawn.candidates.length, candidates.length);
  drawn.candidates.forEach((bar, i) => {
    const { text, logprob } = candidates[i];
    assert.equal(bar.text, controlNames[text] ?? (text.trim() || (text === "" ? "end" : "␣")));
    assert.equal(bar.label, bar.text);
    assert.equal(bar.probability, short(Math.exp(logprob)));
  });
}

/**
 * The T × T maps: every weight worth drawing is there, none else, and the mask is drawn. The page draws them when it
 * rests, so they are waited for.
 */
export async function compareMaps(page, run) {
  const length = run.tokens.length;
  const labels = run.tokens.map(labelOf);
  await until(
    page,
    "the maps",
    (last) => {
      const maps = document.querySelector(".maps[data-layer]");
      const rows = [...(maps?.querySelectorAll(".map:last-child text.row") ?? [])];
      return (
        maps?.dataset.layer === document.querySelector("[data-ledger]").dataset.layer &&
        rows.at(-1)?.textContent === last
      );
    },
    labels[length - 1 - ((length - 1) % Math.ceil(length / 26))],
  );
  const drawn = await readLive(page);
  assert.equal(drawn.maps.length, run.info.nQueryHeads);
  for (const { head, cells, rowLabels, columnLabels, mask } of drawn.maps) {
    const expected = [];
    for (let query = 0; query < length; query++)
      for (let key = 0; key <= query; key++) {
        const weight = run.weight(drawn.layer, head, query, key);
        if (weight >= 0.005) expected.push([query, key, short(weight), short(weight)]);
      }
    assert.deepEqual(cells, expected, `map of head ${head}`);
    assert.equal(mask, 1);
    if (length <= 26) assert.deepEqual([rowLabels, columnLabels], [labels, labels]);
  }
}
