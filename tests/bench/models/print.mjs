// The results as tables, then the bars with what was reached. A bar that is missed is printed as such and fails nothing.
import { summary, table } from "../statistics.mjs";

const rate = ({ tokens, steps, ms }) => ((tokens ?? steps) / ms) * 1000;
const fastest = (list) => (list?.length ? summary(list.map(rate), "higher") : null);
const pair = (one, digits = 1) => (one ? `${one.best.toFixed(digits)} (${one.median.toFixed(digits)})` : "–");
const best = (values, better) => summary(values, better).best;
const mebibytes = (bytes) => (bytes ? `${(bytes / 2 ** 20).toFixed(0)} MiB` : "–");

export function printResults(results) {
  console.log(`\n${results.model}; ${results.processor}, ${results.cores} cores. Best (median).`);
  if (results.load) printLoad(results.load);
  if (results.speed) printSpeed(results);
  if (results.long) printLong(results.long);
  const bars = barsOf(results).filter(({ value }) => Number.isFinite(value));
  if (!bars.length) return;
  console.log(`\n${table([["bar", "wanted", "reached", "", "goal"], ...bars.map(barRow)])}`);
}

function printLoad(load) {
  const rows = Object.entries(load).map(([name, list]) => [
    name,
    pair(
      summary(
        list.map((one) => one.loaded),
        "lower",
      ),
      0,
    ),
    pair(
      summary(
        list.map((one) => one.firstToken),
        "lower",
      ),
      0,
    ),
    mebibytes(Math.max(...list.map((one) => one.wasmBytes ?? 0))),
    mebibytes(Math.max(...list.map((one) => one.processPeak ?? 0))),
  ]);
  console.log(
    `\n${table([["from the bytes at hand", "loaded, ms", "first token, ms", "wasm memory", "peak of the page's process"], ...rows])}`,
  );
}

function printSpeed({ speed, sizes }) {
  const rows = Object.entries(speed.runtimes).map(([name, one]) => [
    `${name}: ${one.name}${one.about.variant ? `, ${one.about.variant}, ${one.about.intDot}, ${one.about.threads} threads` : ""}`,
    pair(fastest(one.decode)),
    pair(fastest(one.prefill)),
    pair(fastest(one.atOnce)),
  ]);
  const native = [
    "llama.cpp, native, 1 thread",
    pair(fastest(speed.native.map((one) => one.decode[0]))),
    pair(fastest(speed.native.map((one) => one.prompt))),
    "–",
  ];
  const head = ["tokens/s", `decode at ${sizes.context}`, `prefill of ${sizes.prompt}`, `${sizes.sequences} at once`];
  console.log(`\n${table([head, ...rows, native])}`);
  const machine = (what, workers) =>
    best(
      speed.machine.map((one) => one[what][workers - 1]),
      "higher",
    ) / 1e9;
  console.log(
    `\nThis machine in wasm: reads ${machine("readBytes", 1).toFixed(1)} GB/s in one thread, ${machine("readBytes", 2).toFixed(1)} in two; ` +
      `${machine("mulAdds", 1).toFixed(1)} and ${machine("mulAdds", 2).toFixed(1)} G multiply-adds/s in f32; int8 matrix product ${(best(speed.gemm, "higher") / 1e9).toFixed(1)} G/s`,
  );
}

function printLong(long) {
  const contexts = [...new Set(long.ours.map((one) => one.context))];
  const at = (list, context) => pair(fastest(list.filter((one) => Math.abs(one.context - context) < 0.1 * context)));
  const rows = contexts.map((context) => [
    `context ${context}`,
    at(long.ours, context),
    at(long.native, context),
    at(long.wllama, context),
  ]);
  console.log(`\n${table([["decode, tokens/s", "onehead in Chromium", "llama.cpp, native", "wllama"], ...rows])}`);
}

const barRow = ({ title, bar, goal, value, unit, atMost }) => {
  const passes = (limit) => (atMost ? value <= limit : value >= limit);
  const sign = atMost ? "≤" : "≥";
  const digits = unit === "%" ? 0 : 2;
  return [
    title,
    `${sign} ${+bar.toFixed(2)} ${unit}`,
    `${value.toFixed(digits)} ${unit}`,
    passes(bar) ? "pass" : "MISS",
    goal === undefined ? "" : `${sign} ${goal} ${unit}${passes(goal) ? ", reached" : ""}`,
  ];
};

/** What the best run of each side gives, and what is asked of it. */
function barsOf({ speed, long, load, sizes, fileBytes }) {
  const bars = [];
  const add = (title, value, unit, bar, goal, atMost = false) => bars.push({ title, value, unit, bar, goal, atMost });
  if (speed) {
    const decode = (name) => fastest(speed.runtimes[name]?.decode)?.best;
    const prefill = (name) => fastest(speed.runtimes[name]?.prefill)?.best;
    const nativeDecode = fastest(speed.native.map((one) => one.decode[0]))?.best;
    const nativePrefill = fastest(speed.native.map((one) => one.prompt))?.best;
    const machine = (what, workers) =>
      best(
        speed.machine.map((one) => one[what][workers - 1]),
        "higher",
      );
    add("decode ÷ wllama's", decode("chromium") / decode("wllama"), "×", 10);
    add("decode ÷ native llama.cpp's", decode("chromium") / nativeDecode, "×", 1.4);
    const bandwidth = machine("readBytes", 1) / fileBytes;
    add("decode of read bandwidth ÷ file", (100 * decode("chromium")) / bandwidth, "%", 55, 110);
    add("prefill ÷ wllama's", prefill("chromium") / prefill("wllama"), "×", 15);
    add("prefill ÷ native llama.cpp's", prefill("chromium") / nativePrefill, "×", 0.6, 1.5);
    const scaling = machine("mulAdds", 2) / machine("mulAdds", 1);
    const two = { decode: decode("chromium-2"), prefill: prefill("chromium-2") };
    add("2 threads: prefill of the compute scaling", (100 * two.prefill) / prefill("chromium") / scaling, "%", 85);
    const possible = Math.min(
      2,
      (decode("chromium") > 0 ? machine("readBytes", 2) / fileBytes : 0) / decode("chromium"),
    );
    add("2 threads: decode of what is possible", (100 * two.decode) / decode("chromium") / possible, "%", 80);
    const least = Math.min(two.decode / decode("chromium"), two.prefill / prefill("chromium"));
    add("2 threads ÷ 1, the lesser of both", least, "×", 1);
    const { parameterCount } = speed.runtimes.chromium?.about ?? {};
    const possibleAtOnce = best(speed.gemm, "higher") / parameterCount;
    add(
      `${sizes.sequences} at once, of the GEMM rate`,
      (100 * fastest(speed.runtimes.chromium?.atOnce)?.best) / possibleAtOnce,
      "%",
      80,
    );
    for (const engine of ["firefox", "webkit"]) {
      add(`${engine}: decode of Chromium's`, (100 * decode(engine)) / decode("chromium"), "%", 0, 80);
      add(`${engine}: prefill of Chromium's`, (100 * prefill(engine)) / prefill("chromium"), "%", 0, 80);
    }
  }
  if (long) {
    const at = (context) => fastest(long.ours.filter((one) => one.context === context))?.best;
    add(
      `decode at ${sizes.longest} of that at ${sizes.context}`,
      (100 * at(sizes.longest)) / at(sizes.context),
      "%",
      85,
    );
  }
  if (load) {
    const firstToken = (name) =>
      best(
        (load[name] ?? []).map((one) => one.firstToken),
        "lower",
      );
    const theirs = best(
      (load.wllama ?? []).map((one) => one.loaded),
      "lower",
    );
    add("bytes at hand to first token", firstToken("chromium") / 1000, "s", 0.25 * (theirs / 1000), 0.4, true);
    const beyond = (load.chromium ?? []).map((one) => one.wasmBytes - one.kvBytes);
    add("wasm memory without K/V ÷ file", Math.max(...beyond) / fileBytes, "×", 1.15, undefined, true);
  }
  return bars;
}
