// estimate(): what a model would take, known from the head of its file.

import { checkLoad } from "./options.js";
import { withEngine } from "./start_engine.js";
import type { Estimate, EstimateOptions } from "./types.js";

const kGiB = 2 ** 30;
/** What 32 bits can address. */
const kMaxMemory = 4 * kGiB;

/**
 * What {@link load} would download and how much memory it would take, without the weights: only the file's head is
 * read, some megabytes at most, and kept as the beginning of a later download. Rejects as `load` does for a file that
 * is no model, is not known here, or has weights beyond what 32 bits can address (`too-large`).
 * @example
 * ```ts
 * const { downloadBytes, memoryBytes, fits, reason } = await estimate(url, { contextLength: 2048 });
 * ```
 */
export async function estimate(
  source: string | URL | Blob | ArrayBuffer | Uint8Array,
  options?: EstimateOptions,
): Promise<Estimate> {
  return withEngine(source, checkLoad(options, "estimate"), async ({ client }, args, more) => {
    try {
      const { storedBytes, ...found } = await client.call("estimate", args, { onProgress: more.onProgress }).answer;
      const downloadBytes = Math.max(0, found.fileBytes - storedBytes);
      return { ...found, downloadBytes, ...judge(found.memoryBytes) };
    } finally {
      void client.dispose();
    }
  });
}

function judge(memoryBytes: number): { fits: true } | { fits: false; reason: string } {
  const { navigator } = globalThis as { navigator?: { deviceMemory?: number } };
  const needed = `It needs ${(memoryBytes / kGiB).toFixed(1)} GiB of memory`;
  if (memoryBytes > kMaxMemory) return { fits: false, reason: `${needed}, and a 32-bit engine can have 4.` };
  // Rounded, and never said to be more than 8.
  const device = navigator?.deviceMemory;
  if (device !== undefined && memoryBytes > device * kGiB) {
    return { fits: false, reason: `${needed}, and this device says it has ${device}.` };
  }
  return { fits: true };
}
