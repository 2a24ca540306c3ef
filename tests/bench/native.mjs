// The native benchmarks (tests/bench/native, Google Benchmark), on the widest instruction set that this processor runs.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../../tools/lib/log.mjs";
import { repo } from "../../tools/lib/paths.mjs";
import { capture } from "../../tools/lib/run.mjs";
import { summary } from "./statistics.mjs";

export function nativeBenchmarks(rounds) {
  const flags = [
    `--benchmark_repetitions=${rounds}`,
    "--benchmark_enable_random_interleaving=true",
    "--benchmark_min_time=0.1",
    "--benchmark_format=json",
  ];
  for (const isa of ["avx512", "avx2", "sse2"]) {
    const program = join(repo, `build/native-bench/onehead_bench_${isa}`);
    if (!existsSync(program)) continue;
    const output = capture(program, flags, { cwd: repo, maxBuffer: 1 << 26 });
    if (output === null) continue; // an instruction set that this processor lacks
    return { isa, benchmarks: summarize(JSON.parse(output).benchmarks) };
  }
  throw new ToolError("No native benchmark runs here.", "node tools/build-native.mjs native-bench");
}

/** One entry a benchmark: microseconds of an iteration, and what it counts per second. */
function summarize(benchmarks) {
  const runs = benchmarks.filter((one) => one.run_type === "iteration" && !one.error_occurred);
  const microseconds = { ns: 1e-3, us: 1, ms: 1e3, s: 1e6 };
  return [...new Set(runs.map((one) => one.run_name))].map((name) => {
    const own = runs.filter((one) => one.run_name === name);
    const rates = own.map((one) => one.items_per_second ?? one.bytes_per_second);
    return {
      name: [name, own[0].label].filter(Boolean).join(" "),
      counts: name.startsWith("model_") ? "tokens" : own[0].items_per_second ? "multiply-adds" : "bytes",
      microseconds: summary(
        own.map((one) => one.real_time * microseconds[one.time_unit]),
        "lower",
      ),
      perSecond: summary(rates, "higher"),
    };
  });
}
