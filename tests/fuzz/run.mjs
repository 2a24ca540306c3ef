// Fuzzes with libFuzzer: `node tests/fuzz/run.mjs [target] [seconds]`, all targets for 60 seconds each
// by default. Needs clang++ with its sanitizer runtimes (Debian: clang, libclang-rt-dev). Corpora and
// crashes stay in build/fuzz; a crash is run again by `build/fuzz/<target>.bin <file>`.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const out = join(root, "build", "fuzz");
const allTargets = ["gguf_header", "tokenizer_file", "tokenizer_text"];
const [wanted, seconds = "60"] = process.argv.slice(2);
const targets = wanted ? [wanted] : allTargets;
if (!targets.every((target) => allTargets.includes(target))) {
  console.error(`The targets are ${allTargets.join(", ")}.`);
  process.exit(2);
}

const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: "inherit" });
const sources = ["cpp/base", "cpp/format", "cpp/text", "tests/fuzz"]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .filter((path) => path.endsWith(".cpp"))
  .concat("tests/synthetic/gguf_writer.cpp");
const flags = ["-std=c++20", "-O1", "-g", "-Icpp", "-Itests", "-ffp-contract=off"];
const compile = (program, sanitize, ...more) =>
  run(process.env.CXX ?? "clang++", [...flags, `-fsanitize=${sanitize}`, ...more, ...sources, "-o", program]);

mkdirSync(out, { recursive: true });
console.log("writing the seeds");
compile(join(out, "make_corpus"), "address,undefined", "tests/fuzz/libfuzzer/make_corpus.cpp");
run(join(out, "make_corpus"), [out]);
for (const target of targets) {
  console.log(`${target}: building, then fuzzing for ${seconds} s`);
  const program = join(out, `${target}.bin`);
  compile(program, "fuzzer,address,undefined", `-DONEHEAD_FUZZ_TARGET=${target}`, "tests/fuzz/libfuzzer/entry.cpp");
  run(program, [
    join(out, target),
    `-max_total_time=${seconds}`,
    "-timeout=10",
    "-rss_limit_mb=1024",
    "-max_len=8192",
    `-artifact_prefix=${out}/${target}-`,
    "-print_final_stats=1",
  ]);
}
