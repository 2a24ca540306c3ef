// Fuzzes with libFuzzer: `node tests/fuzz/run.mjs [target] [seconds]`, all targets for 60 seconds each
// by default. Needs clang++ with its sanitizer runtimes (Debian: clang, libclang-rt-dev). Corpora and
// crashes stay in build/fuzz; a crash is run again by `build/fuzz/<target>.bin <file>`.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const out = join(root, "build", "fuzz");
const allTargets = ["gguf_header", "model_shape", "tokenizer_file", "tokenizer_text", "words"];
const [wanted, seconds = "60"] = process.argv.slice(2);
const targets = wanted ? [wanted] : allTargets;
if (!targets.every((target) => allTargets.includes(target))) {
  console.error(`The targets are ${allTargets.join(", ")}.`);
  process.exit(2);
}

const run = (command, args, cwd = root) => execFileSync(command, args, { cwd, stdio: "inherit" });
const flags = ["-std=c++20", "-O1", "-g", `-I${root}/cpp`, `-I${root}/tests`, "-ffp-contract=off"];
const compile = (sanitize, args, cwd) =>
  run(process.env.CXX ?? "clang++", [...flags, `-fsanitize=${sanitize},address,undefined`, ...args], cwd);

console.log("building the targets");
const sources = ["cpp/base", "cpp/format", "cpp/text", "tests/fuzz", "tests/synthetic"]
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
  .filter((path) => path.endsWith(".cpp"))
  .concat(["config.cpp", "weights.cpp"].map((name) => join(root, "cpp/model", name)))
  .concat(join(root, "tests/reference/word_regex.cpp"));
const objects = join(out, "objects");
rmSync(objects, { recursive: true, force: true });
for (const source of sources) {
  // Names repeat between folders, so each folder has its own objects.
  const folder = join(objects, basename(dirname(source)));
  mkdirSync(folder, { recursive: true });
  compile("fuzzer-no-link", ["-c", source], folder);
}
const built = readdirSync(objects).flatMap((folder) =>
  readdirSync(join(objects, folder)).map((name) => join(objects, folder, name)),
);

console.log("writing the seeds");
const link = (sanitize, program, ...args) => compile(sanitize, [...args, ...built, "-o", program]);
link("fuzzer-no-link", join(out, "make_corpus"), "tests/fuzz/libfuzzer/make_corpus.cpp");
run(join(out, "make_corpus"), [out]);

for (const target of targets) {
  console.log(`${target}: fuzzing for ${seconds} s`);
  const program = join(out, `${target}.bin`);
  link("fuzzer", program, `-DONEHEAD_FUZZ_TARGET=${target}`, "tests/fuzz/libfuzzer/entry.cpp");
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
