// A pinned emsdk in the cache, where its two download hosts can be reached.
import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { note, step } from "../lib/log.mjs";
import { toolchainCache } from "../lib/paths.mjs";
import { runQuietly, which } from "../lib/run.mjs";
import { cachedEmsdk } from "./emcc.mjs";

const version = "3.1.69";
const archive = `https://github.com/emscripten-core/emsdk/archive/refs/tags/${version}.tar.gz`;
const binaries = "https://storage.googleapis.com/webassembly/emscripten-releases-builds/deps/";

const reachable = async (url) => {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5000) });
    return response.status < 500 && response.status !== 403 && response.status !== 407
      ? true
      : response.status === 403 && url === binaries; // the bucket forbids listing, but it answers
  } catch {
    return false;
  }
};

/** Downloads and activates emsdk; true when `emcc` then lies in the cache. */
export async function installEmsdk() {
  const python = which("python3") ?? which("python");
  step(`looking whether emsdk ${version} can be downloaded`);
  if (!python || !which("tar")) {
    note("no: it needs python3 and tar");
    return false;
  }
  const [source, tools] = await Promise.all([reachable(archive), reachable(binaries)]);
  if (!source || !tools) {
    note(`no: ${source ? new URL(binaries).host : new URL(archive).host} does not answer`);
    return false;
  }
  try {
    mkdirSync(cachedEmsdk, { recursive: true });
    const file = join(toolchainCache, "emsdk.tar.gz");
    const response = await fetch(archive, { signal: AbortSignal.timeout(60000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
    const quietly = async (label, command, ...args) => {
      if ((await runQuietly(label, command, args, { cwd: cachedEmsdk })) !== 0) throw new Error(`${label} failed`);
    };
    await quietly("unpacking emsdk", "tar", "-xzf", file, "--strip-components=1");
    step(`installing Emscripten ${version} by emsdk (about 300 MB)`);
    await quietly("emsdk install", python, "emsdk.py", "install", version);
    await quietly("emsdk activate", python, "emsdk.py", "activate", version);
    rmSync(file, { force: true });
    return true;
  } catch (error) {
    note(`emsdk did not install: ${error.message}`);
    rmSync(cachedEmsdk, { recursive: true, force: true });
    return false;
  }
}
