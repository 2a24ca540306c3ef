// A private toolchain root: a folder with a Debian that has Emscripten, made by mmdebstrap in about a minute,
// entered by bwrap (no privileges needed) or by chroot in a mount namespace of its own (root).
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { note, step, ToolError } from "../lib/log.mjs";
import { cache, repo, toolchainCache } from "../lib/paths.mjs";
import { aptInstall, asRoot, capture, debianPackages, runQuietly, which } from "../lib/run.mjs";
import { newEnough } from "./emcc.mjs";

export const nodeForEmcc = join(repo, "tools/toolchain/node-for-emcc");
const suite = "trixie";
const folder = join(toolchainCache, `root-${suite}`);
const stamp = `${folder}.json`;
const included = () => [...debianPackages("wasm", "native"), "ca-certificates"];

/** The root made by an earlier run, if its package list is still the wanted one. */
export function findRoot() {
  try {
    const made = JSON.parse(readFileSync(stamp, "utf8"));
    const has = new Set(made.packages);
    if (!included().every((name) => has.has(name)) || !existsSync(join(folder, "usr/bin/emcc"))) return null;
    return newEnough(made.version) && enterWith() ? { kind: "root", root: folder, version: made.version } : null;
  } catch {
    return null;
  }
}

/** The Debian mirror that this machine itself uses, so that a local mirror is used for the root as well. */
function ownMirror() {
  const read = (file) => (existsSync(file) ? readFileSync(file, "utf8") : "");
  const lists = "/etc/apt/sources.list.d";
  const text = [
    read("/etc/apt/sources.list"),
    ...(existsSync(lists) ? readdirSync(lists).map((name) => read(join(lists, name))) : []),
  ].join("\n");
  const urls = text
    .split("\n")
    .filter((line) => !line.trim().startsWith("#"))
    .flatMap((line) => line.match(/https?:\/\/\S+/g) ?? []);
  return urls.find((url) => /\/debian\/?$/.test(url)) ?? null;
}

/** How a command gets into the root: "bwrap", "chroot", or null. */
function enterWith() {
  if (which("bwrap") && capture("bwrap", ["--ro-bind", "/", "/", "true"]) !== null) return "bwrap";
  return process.getuid?.() === 0 && which("unshare") && capture("unshare", ["-m", "true"]) !== null ? "chroot" : null;
}

/** Whether a root can be made here: by root, or by a user with subordinate user ids. */
const canMake = () => which("mmdebstrap") && enterWith() && (process.getuid() === 0 || which("newuidmap"));

/** Makes the root; throws a ToolError that says what is missing. */
export async function makeRoot() {
  const needed = debianPackages("root");
  if (process.platform !== "linux" || !which("apt-get"))
    throw new ToolError("A private toolchain root can only be made on Debian or Ubuntu.");
  if (!canMake()) await aptInstall(needed, "mmdebstrap");
  if (!canMake())
    throw new ToolError(
      "A private toolchain root needs mmdebstrap, bubblewrap and uidmap, and they could not be installed.",
      `Install them: ${asRoot() ? "" : "sudo "}apt-get install ${needed.join(" ")}`,
    );
  mkdirSync(toolchainCache, { recursive: true });
  const partial = `${folder}.partial`;
  for (const old of [partial, folder, stamp]) rmSync(old, { recursive: true, force: true });
  const packages = included();
  step(`making a private toolchain root from Debian ${suite} (1 to 3 minutes, 2.7 GB) in ${folder}`);
  const args = [
    "--variant=apt",
    `--mode=${process.getuid() === 0 ? "root" : "unshare"}`,
    "--components=main",
    '--aptopt=APT::Install-Recommends "false"',
    `--include=${packages.join(",")}`,
    suite,
    partial,
    ...[ownMirror()].filter(Boolean),
  ];
  if ((await runQuietly("toolchain root", "mmdebstrap", args)) !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new ToolError(
      "The private toolchain root could not be made (mmdebstrap's words are above).",
      "Is Debian's mirror reachable, and are 3 GB free? Set ONEHEAD_CACHE to a folder with more room.",
    );
  }
  const version = readFileSync(join(partial, "usr/share/emscripten/emscripten-version.txt"), "utf8").replace(
    /[^\d.]/g,
    "",
  );
  renameSync(partial, folder);
  writeFileSync(stamp, JSON.stringify({ suite, version, packages }, null, 1));
  note(`Emscripten ${version}`);
  return findRoot();
}

/** The words that run `command` in the root, with the clone and the cache at their own paths. */
export function inRoot(command, cwd = repo) {
  const environment = {
    HOME: "/tmp",
    NODE_EXTRA_CA_CERTS: "",
    NODE_OPTIONS: "",
    EM_NODE_JS: nodeForEmcc,
    ONEHEAD_EMCC_NODE: "/usr/bin/node",
  };
  const path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
  if (enterWith() === "bwrap") {
    // The root's folders on an empty file system, so that nothing of the root itself need be writable.
    const words = ["usr", "etc", "var"].flatMap((name) => ["--ro-bind", join(folder, name), `/${name}`]);
    for (const name of ["bin", "sbin", "lib", "lib64"])
      if (existsSync(join(folder, name))) words.push("--symlink", `usr/${name}`, `/${name}`);
    words.push("--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp");
    for (const shared of [repo, cache]) words.push("--bind", shared, shared);
    for (const [name, value] of Object.entries({ ...environment, PATH: path })) words.push("--setenv", name, value);
    return ["bwrap", ...words, "--die-with-parent", "--chdir", cwd, "--", ...command];
  }
  const binds = [repo, cache].map((from) => `mkdir -p "${folder}${from}" && mount --bind "${from}" "${folder}${from}"`);
  const mounts = ["/proc", "/dev"].map((from) => `mount --rbind ${from} "${folder}${from}"`);
  const assignments = Object.entries({ ...environment, PATH: path }).map(([k, v]) => `${k}=${v}`);
  const script = `${[...mounts, ...binds].join(" && ")} && exec chroot "${folder}" /usr/bin/env ${assignments.join(" ")} sh -c 'cd "$0" && exec "$@"' "$@"`;
  return ["unshare", "-m", "sh", "-c", script, "sh", cwd, ...command];
}
