// The native benchmarks (tests/bench/native, Google Benchmark), on the widest instruction set that this processor runs.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../../tools/lib/log.mjs";
import { repo } from "../../tools/lib/paths.mjs";
import { capture } from "../../tools/lib/run.mjs";

export function nativeBenchmarks(rounds) {
  const flags = [
    `--benchmark_repetitions=${rounds}`,
    "--benchmark_enable_random_interleaving=true",
    "--benchmark_format=json",
  ];
  for (const isa of ["avx512", "avx2", "sse2"]) {
    const program = join(repo, `build/native-bench/onehead_bench_${isa}`);
    if (!existsSync(program)) continue;
    const output = capture(program, flags, { cwd: repo, maxBuffer: 1 << 26 });
    if (output === null) continue; // an instruction set that this processor lacks
    return summarize(JSON.parse(output).benchmarks, isa);
  }
  throw new ToolError("No native benchmark runs here.", "node tools/build-native.mjs native-bench");
}

/** One row a benchmark: its rate where it counts something, its time otherwise. */
function summarize(benchmarks, isa) {
  const runs = benchmarks.filter((one) => one.run_type === "iteration");
  return [...new Set(runs.map((one) => one.run_name))].map((name) => {
    const own = runs.filter((one) => one.run_name === name);
    const rate =
      own[0].items_per_second !== undefined
        ? "items_per_second"
        : own[0].bytes_per_second !== undefined
          ? "bytes_per_second"
          : null;
    const values = own.map((one) => (rate ? one[rate] : one.real_time)).sort((a, b) => a - b);
    const show = (value) =>
      rate === "items_per_second"
        ? `${Math.round(value).toLocaleString("en-US")}/s`
        : rate
          ? `${(value / 1e9).toFixed(1)} GB/s`
          : `${value.toFixed(1)} ${own[0].time_unit}`;
    return {
      name: `${isa} ${name}`,
      best: show(rate ? values.at(-1) : values[0]),
      median: show(values[values.length >> 1]),
    };
  });
}
