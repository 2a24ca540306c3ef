// Where things are: the clone, and the cache outside it that later clones share.
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const repo = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export const cache = resolve(
  process.env.ONEHEAD_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "onehead"),
);
export const toolchainCache = join(cache, "toolchain");
