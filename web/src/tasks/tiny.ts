// The shipped model, from its own package.

import { load } from "../load.js";
import type { Model } from "../types.js";
import type { LoadTinyOptions } from "./types.js";

/**
 * Loads the English to Spanish translator of the package `onehead-tiny`, which must be installed beside this one
 * (or its file be given by `url`).
 * @example
 * ```ts
 * const model = await loadTiny();
 * const { text } = await translate(model, "The cat purrs.").result();
 * ```
 */
export async function loadTiny({ url, ...options }: LoadTinyOptions = {}): Promise<Model> {
  return load(url ?? (await import("onehead-tiny")).translateEnEs, options);
}
