// The compiled engine: fetched and compiled once for all models of a page.

import { absoluteUrl } from "./address.js";
import { request } from "./download.js";
import { OneheadError } from "./errors.js";
import { builtin } from "./node.js";
import { isKind } from "./options.js";
import type { LoadProgress, Variant } from "./types.js";

type Report = (progress: LoadProgress) => void;

const compiled = new Map<string, Promise<WebAssembly.Module>>();

// Each address literal in the form that bundlers know, so that they carry all files along.
function ownUrl(variant: Variant): URL {
  switch (variant) {
    case "relaxed":
      return new URL("./wasm/onehead-relaxed.wasm", import.meta.url);
    case "relaxed-threads":
      return new URL("./wasm/onehead-relaxed-threads.wasm", import.meta.url);
    case "simd128":
      return new URL("./wasm/onehead-simd128.wasm", import.meta.url);
    case "simd128-threads":
      return new URL("./wasm/onehead-simd128-threads.wasm", import.meta.url);
  }
}

/** A file of this package by its name, for Node: bundlers would carry along what is named relative to the module. */
export const besideRuntime = (name: string): URL => new URL(`../${name}`, ownUrl("simd128"));

export async function compileRuntime(
  variant: Variant,
  given: string | URL | WebAssembly.Module | undefined,
  report: Report,
): Promise<WebAssembly.Module> {
  if (isKind(given, "WebAssembly.Module")) return given as WebAssembly.Module;
  const url = given === undefined ? ownUrl(variant).href : absoluteUrl(given as string | URL);
  const cached = compiled.get(url);
  if (cached) return cached;
  const module = compile(url, report);
  compiled.set(url, module);
  module.catch(() => compiled.delete(url)); // a second try starts afresh
  return module;
}

async function compile(url: string, report: Report): Promise<WebAssembly.Module> {
  const bytes = await readAll(url, report);
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    const isWasm = bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
    throw new OneheadError(
      "worker-failed",
      isWasm
        ? `The engine could not be compiled: ${(cause as Error).message}. A Content-Security-Policy must allow 'wasm-unsafe-eval'.`
        : `${url} is not the engine's WebAssembly file. Let the bundler or server deliver it there, or say where it is with runtime.wasm.`,
      { cause },
    );
  }
}

async function readAll(url: string, report: Report): Promise<Uint8Array<ArrayBuffer>> {
  const fs = url.startsWith("file:") ? builtin("node:fs/promises") : undefined;
  if (fs) {
    const path = builtin("node:url")?.fileURLToPath(url) ?? url;
    const bytes = await fs.readFile(path).catch((cause: unknown) => {
      throw new OneheadError("network", `${path} could not be read: ${(cause as Error).message}.`, { cause });
    });
    report({ phase: "runtime", loaded: bytes.length, total: bytes.length });
    return new Uint8Array(bytes);
  }
  const response = await request(url, { credentials: "same-origin" });
  const bytes = new Uint8Array(await response.arrayBuffer());
  report({ phase: "runtime", loaded: bytes.length, total: bytes.length });
  return bytes;
}
