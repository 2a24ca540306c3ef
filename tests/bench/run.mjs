// `npm run bench`: speed in Chromium and native, printed and written to build/bench/results.json.
//   node tests/bench/run.mjs [--rounds N] [attention] [model] [native]
// A training run in the background (training/train.sh) is stopped meanwhile and goes on afterwards, whatever happens.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { main, note, step } from "../../tools/lib/log.mjs";
import { ensureBenchPackages } from "../../tools/lib/node-packages.mjs";
import { repo } from "../../tools/lib/paths.mjs";
import { capture } from "../../tools/lib/run.mjs";
import { attention, inChromium, model } from "./chromium.mjs";
import { nativeBenchmarks } from "./native.mjs";
import { printResults } from "./print.mjs";

const pauseTraining = () => capture("sh", [join(repo, "training/pause.sh")]);
const resumeTraining = () => capture("sh", [join(repo, "training/pause.sh"), "on"]);
process.once("exit", resumeTraining);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

main(async (args) => {
  const at = args.indexOf("--rounds");
  const rounds = at >= 0 ? Number(args.splice(at, 2)[1]) : 10;
  const wanted = (part) => args.length === 0 || args.includes(part);
  await ensureBenchPackages();
  const ort = JSON.parse(readFileSync(join(repo, "tests/bench/node_modules/onnxruntime-web/package.json"))).version;
  const results = { processor: cpus()[0].model, cores: cpus().length, onnxruntimeWeb: ort };
  pauseTraining();
  try {
    if (wanted("attention") || wanted("model")) {
      step("measuring in Chromium");
      Object.assign(
        results,
        await inChromium(async (call) => ({
          ...(wanted("attention") ? await attention(call, rounds, note) : {}),
          ...(wanted("model") ? { model: await model(call, Math.ceil(rounds / 2), note) } : {}),
        })),
      );
    }
    if (wanted("native")) {
      step("measuring natively");
      results.native = nativeBenchmarks(Math.ceil(rounds / 2));
    }
  } finally {
    resumeTraining();
  }
  printResults(results);
  mkdirSync(join(repo, "build/bench"), { recursive: true });
  const file = join(repo, "build/bench/results.json");
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  note(`written to ${file}`);
});
