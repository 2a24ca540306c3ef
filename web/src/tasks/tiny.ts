// The shipped model, from its own package.

import { OneheadError } from "../errors.js";
import { load } from "../load.js";
import type { Model } from "../types.js";
import type { LoadTinyOptions } from "./types.js";

/**
 * Loads the model of the package `onehead-tiny`, which must be installed beside this one
 * (or its file be given by `url`).
 * @example
 * ```ts
 * const model = await loadTiny();
 * const { text } = await translate(model, "The cat purrs.").result();
 * ```
 */
export async function loadTiny({ url, ...options }: LoadTinyOptions = {}): Promise<Model> {
  // It is one of the page's own small files, which browsers keep as they keep scripts and pictures.
  return load(url ?? (await shippedUrl()), { ...options, store: options.store ?? "none" });
}

async function shippedUrl(): Promise<URL> {
  // The handler also tells bundlers that the package may be missing.
  const shipped = await import("onehead-tiny").catch((cause: unknown) => {
    throw new OneheadError(
      "bad-argument",
      "loadTiny needs the package onehead-tiny: install it, or say with `url` where the model file lies.",
      { cause },
    );
  });
  return shipped.tiny;
}
