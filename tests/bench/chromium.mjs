// The benchmarks in Chromium: our kernel and onnxruntime-web's operator in turn, then the shipped model.
import { join } from "node:path";
import { repo } from "../../tools/lib/paths.mjs";
import { launchChromium } from "../browser/drivers/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { summary } from "./statistics.mjs";

const shape = { heads: 8, dim: 64 };
const pasts = [512, 2048, 8192];
const groups = [1, 8];
const variants = ["simd128", "relaxed"];

/** Opens a page with a fine clock, gives its functions to `body` as `call(name, options)`. */
export async function inChromium(body) {
  const browser = await launchChromium();
  const server = await serve(
    { "": repo, "ort/": join(repo, "tests/bench/node_modules/onnxruntime-web/dist") },
    { isolated: true },
  );
  const page = await browser.newPage();
  try {
    await page.goto(`${server.url}tests/bench/page/`);
    const call = (name, options) => page.run((f, o) => window.bench[f](o), name, options);
    return { version: browser.version, ...(await body(call)) };
  } finally {
    await page.close();
    await browser.close();
    await server.close();
  }
}

/** About 20 ms of work a sample: far above the clock's grain. */
const runsFor = (past, kvHeads) => Math.max(10, Math.round(300_000 / (past * (kvHeads === 1 ? 1 : 3))));

export async function attention(call, rounds, report) {
  const cases = groups.flatMap((kvHeads) => pasts.map((past) => ({ ...shape, kvHeads, past })));
  const samples = new Map(cases.map((one) => [one, { ours: [], operator: [], endToEnd: [] }]));
  const machine = { readBytes: [], mulAdds: [] };
  for (let round = 0; round < rounds; round++) {
    report(`attention, round ${round + 1} of ${rounds}`);
    for (const one of cases) {
      const runs = runsFor(one.past, one.kvHeads);
      const ours = await call("attentionSpeed", { variant: "relaxed", ...one, runs, warmUp: 20 });
      const theirs = await call("ortAttention", { ...one, runs: Math.ceil(runs / 6), warmUp: 5 });
      samples.get(one).ours.push(ours);
      samples.get(one).operator.push(...theirs.operator);
      samples.get(one).endToEnd.push(theirs.endToEnd);
    }
    const { readBytes, mulAdds } = await call("machineSpeed", { variant: "relaxed" });
    machine.readBytes.push(readBytes);
    machine.mulAdds.push(mulAdds);
  }
  return {
    machine: {
      readBytesPerSecond: summary(machine.readBytes, "higher"),
      mulAddsPerSecond: summary(machine.mulAdds, "higher"),
    },
    attention: cases.map((one) => {
      const { ours, operator, endToEnd } = samples.get(one);
      return {
        ...one,
        mulAdds: 2 * one.heads * one.dim * (one.past + 1),
        cacheBytes: 2 * 4 * one.kvHeads * one.dim * (one.past + 1),
        microseconds: summary(ours, "lower"),
        ortOperatorMicroseconds: summary(operator, "lower"),
        ortEndToEndMicroseconds: summary(endToEnd, "lower"),
      };
    }),
  };
}

export async function model(call, rounds, report) {
  const cases = variants.flatMap((variant) =>
    [1, 16].map((sequences) => ({ variant, sequences, length: 96, steps: 48 })),
  );
  const samples = new Map(cases.map((one) => [one, []]));
  for (let round = 0; round < rounds; round++) {
    report(`shipped model, round ${round + 1} of ${rounds}`);
    for (const one of cases) samples.get(one).push(await call("modelSpeed", one));
  }
  return cases.map((one) => ({
    ...one,
    prefillTokensPerSecond: summary(
      samples.get(one).map(({ prefill }) => prefill),
      "higher",
    ),
    decodeTokensPerSecond: summary(
      samples.get(one).map(({ decode }) => decode),
      "higher",
    ),
  }));
}
