// The results as tables, each number with its median behind it, and the bars beside what was reached.
import { table } from "./statistics.mjs";

const pair = ({ best, median }, digits = 0) => `${best.toFixed(digits)} (${median.toFixed(digits)})`;

export function printResults(results) {
  console.log(
    `\n${results.processor}, ${results.cores} cores${results.version ? `; Chromium ${results.version}` : ""}. Best (median).`,
  );
  if (results.attention) printAttention(results);
  if (results.model) printModel(results.model);
  if (results.native) printNative(results.native);
}

function printNative({ isa, benchmarks }) {
  const rate = ({ counts, perSecond }) =>
    counts === "tokens"
      ? `${pair(perSecond)} tokens/s`
      : `${pair(scaled(perSecond, 1e-9), 1)} ${counts === "bytes" ? "GB/s" : "G multiply-adds/s"}`;
  console.log(`\nNative, ${isa}, one thread`);
  console.log(
    table([["", "µs", "rate"], ...benchmarks.map((one) => [one.name, pair(one.microseconds, 1), rate(one)])]),
  );
}

const scaled = ({ best, median }, factor) => ({ best: best * factor, median: median * factor });

function printAttention({ attention, machine, onnxruntimeWeb }) {
  const peak = machine.mulAddsPerSecond.best;
  const bandwidth = machine.readBytesPerSecond.best;
  console.log(
    `\nThis machine in one thread of wasm: ${(peak / 1e9).toFixed(1)} G multiply-adds/s in registers, ${(bandwidth / 1e9).toFixed(1)} GB/s read from memory`,
  );
  console.log(
    `Attention of one new token, 8 query heads of 64, f32, µs; onnxruntime-web ${onnxruntimeWeb}, one thread`,
  );
  const rows = attention.map((one) => {
    const us = one.microseconds.best;
    return [
      `G = ${one.kvHeads}, past ${one.past}`,
      pair(one.microseconds, 1),
      pair(one.ortOperatorMicroseconds),
      pair(one.ortEndToEndMicroseconds),
      `${(one.ortOperatorMicroseconds.best / us).toFixed(1)} (${(one.ortOperatorMicroseconds.median / one.microseconds.median).toFixed(1)})`,
      `${((one.mulAdds / us / peak) * 1e8).toFixed(0)} %`,
      `${((one.cacheBytes / us / bandwidth) * 1e8).toFixed(0)} %`,
    ];
  });
  console.log(
    table([["", "onehead", "ORT operator", "ORT end to end", "operator ÷ ours", "of peak", "of bandwidth"], ...rows]),
  );
  const at = (kvHeads, past) => attention.find((one) => one.kvHeads === kvHeads && one.past === past);
  for (const past of [512, 2048, 8192]) {
    const [one, eight] = [at(1, past), at(8, past)];
    if (one && eight)
      console.log(
        `G = 8 takes ${(eight.microseconds.best / one.microseconds.best).toFixed(2)} (median ${(eight.microseconds.median / one.microseconds.median).toFixed(2)}) times as long as G = 1 at past ${past}`,
      );
  }
  const bars = [
    [
      "G = 1 of the multiply-add peak, at best length",
      60,
      "%",
      Math.max(...[512, 2048, 8192].map((past) => share(at(1, past), peak))),
    ],
    ["G = 1 of the multiply-add peak, at past 8192", 60, "%", share(at(1, 8192), peak)],
    [
      "G = 8 of the read bandwidth at past 8192",
      70,
      "%",
      (at(8, 8192).cacheBytes / at(8, 8192).microseconds.best / bandwidth) * 1e8,
    ],
    ["G = 8 ÷ G = 1 at past 8192", 2.4, "×", at(8, 8192).microseconds.best / at(1, 8192).microseconds.best],
    [
      "onnxruntime-web's operator ÷ ours, least of all lengths",
      4,
      "×",
      Math.min(...attention.map((one) => one.ortOperatorMicroseconds.best / one.microseconds.best)),
    ],
  ];
  console.log(
    table([
      ["bar", "wanted", "reached"],
      ...bars.map(([name, bar, unit, value]) => [
        name,
        `≥ ${bar} ${unit}`,
        `${value.toFixed(unit === "%" ? 0 : 2)} ${unit}`,
      ]),
    ]),
  );
}

const share = (one, peak) => (one.mulAdds / one.microseconds.best / peak) * 1e8;

function printModel(model) {
  console.log("\nThe shipped model in Chromium, tokens/s of all sequences together");
  console.log(
    table([
      ["build, sequences", "prefill", "decode"],
      ...model.map((one) => [
        `${one.variant}, ${one.sequences}`,
        pair(one.prefillTokensPerSecond),
        pair(one.decodeTokensPerSecond),
      ]),
    ]),
  );
}
