// Builds tests/oracles/llama_cpp.cpp against the llama.cpp that node-llama-cpp's packages carry: the library of the one,
// the headers of the sources in the other. One program per version, in build/oracles.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../../tools/lib/log.mjs";
import { ensureOraclePackages } from "../../tools/lib/node-packages.mjs";
import { repo } from "../../tools/lib/paths.mjs";
import { runQuietly, which } from "../../tools/lib/run.mjs";

const source = join(repo, "tests/oracles/llama_cpp.cpp");
const headers = ["include", "ggml/include"];

/** Path of the program, built when it is missing or older than its source. */
export async function llamaProgram() {
  const packages = join(await ensureOraclePackages(), "node_modules");
  const sources = join(packages, "node-llama-cpp/llama");
  const { tag } = JSON.parse(readFileSync(join(sources, "llama.cpp.info.json"), "utf8"));
  const libraries = libraryFolder(join(packages, "@node-llama-cpp"));
  const folder = join(repo, "build/oracles", `llama.cpp-${tag}`);
  const program = join(folder, "llama_cpp");
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return { program, version: tag };
  mkdirSync(folder, { recursive: true });
  unpackHeaders(join(sources, "gitRelease.bundle"), folder);
  const shared = readdirSync(libraries).filter((name) => /^lib(llama|ggml|ggml-base)(\..+)?\.(so|dylib)$/.test(name));
  const words = [
    ...["-O2", "-std=c++20", `-DLLAMA_LIBRARIES="${libraries}"`, ...headers.map((one) => `-I${join(folder, one)}`)],
    ...[source, "-o", program, ...shared.map((name) => join(libraries, name)), `-Wl,-rpath,${libraries}`],
  ];
  const compiler = which(process.env.CXX ?? "g++") ?? which("clang++");
  if (!compiler || (await runQuietly("building a program over llama.cpp", compiler, words)) !== 0)
    throw new ToolError("The program over llama.cpp did not build.", "It needs g++ or clang++.");
  return { program, version: tag };
}

function libraryFolder(scope) {
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const folder = join(scope, name, "bins", name);
    if (existsSync(folder)) return folder;
  }
  throw new ToolError("There is no ready-made llama.cpp for this platform.");
}

/** The headers out of the git bundle of the sources. */
function unpackHeaders(bundle, folder) {
  const git = (...words) =>
    execFileSync("git", words, { cwd: folder, maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] });
  if (!existsSync(join(folder, "sources.git"))) git("clone", "--bare", "--quiet", bundle, "sources.git");
  const inside = (...words) => git("--git-dir", "sources.git", ...words);
  const names = inside("ls-tree", "-r", "--name-only", "HEAD", ...headers.map((one) => `${one}/`)).toString();
  for (const name of names
    .trim()
    .split("\n")
    .filter((one) => one.endsWith(".h"))) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), inside("show", `HEAD:${name}`));
  }
}
