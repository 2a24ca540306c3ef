// Which build of the engine to fetch, and with how many threads it is to run.

import { OneheadError } from "./errors.js";
import type { Features } from "./features.js";
import type { RuntimeOptions, Variant } from "./types.js";

/** More would need more memory bandwidth than there is. */
const kMostByDefault = 8;

/** A build, and how many threads to start if the model is large enough. */
export interface ThreadPlan {
  readonly variant: Variant;
  readonly threads: number;
  /** They must be started, or loading fails. */
  readonly asked: boolean;
  /** Why this many. */
  readonly reason: string;
}

/** The fastest build that these features run. Throws `no-simd` where there is none, or where `wanted` cannot run. */
export function chooseVariant(features: Features, wanted?: Variant): Variant {
  if (!features.simd) {
    throw new OneheadError(
      "no-simd",
      "This browser or runtime has no WebAssembly SIMD, which onehead needs. Every major engine has had it since 2023.",
    );
  }
  if (wanted?.startsWith("relaxed") && !features.relaxedSimd) {
    throw new OneheadError(
      "no-simd",
      `This browser or runtime has no relaxed SIMD: leave out \`runtime.variant\`, or take "${wanted.replace("relaxed", "simd128")}".`,
    );
  }
  if (wanted && hasThreads(wanted) && !features.threads) {
    throw new OneheadError(
      "unsupported-option",
      `runtime.variant: "${wanted}" cannot run here: ${whyAlone(features)}.`,
    );
  }
  const simd = features.relaxedSimd ? "relaxed" : "simd128";
  return wanted ?? (features.threads ? `${simd}-threads` : simd);
}

export const hasThreads = (variant: Variant): boolean => variant.endsWith("-threads");

const whyAlone = ({ sharedMemory }: Features): string =>
  sharedMemory
    ? "threads need shared memory, and the page is not cross-origin isolated"
    : "threads need shared WebAssembly memory, which this engine does not have";

/**
 * Settles build and threads from what was asked for.
 *
 * @param processors - logical processors, as far as the engine tells
 */
export function planThreads(features: Features, processors: number, runtime: RuntimeOptions): ThreadPlan {
  const { threads, variant, wasm } = runtime;
  const asked = threads !== undefined;
  const alone = (reason: string): ThreadPlan => {
    if (asked && threads > 1) {
      throw new OneheadError("unsupported-option", `runtime.threads: ${threads} threads cannot run here: ${reason}.`);
    }
    // Where one thread is all there is, the build for one is the right one, unless another was named.
    const single = chooseVariant({ ...features, threads: false }, variant && hasThreads(variant) ? undefined : variant);
    return { variant: variant ?? single, threads: 1, asked, reason };
  };
  const chosen = chooseVariant(features, variant);
  if (threads === 1) return alone("one thread was asked for");
  if (!features.threads) return alone(whyAlone(features));
  if (!hasThreads(chosen)) return alone(`the build "${chosen}" has one thread`);
  const single = chosen.replace("-threads", "") as Variant;
  if (!variant && wasm?.[single] && !wasm[chosen]) return alone(`runtime.wasm names no "${chosen}"`);
  if (asked) return { variant: chosen, threads, asked, reason: `${threads} threads were asked for` };
  const n = defaultThreads(processors);
  if (n === 1) return alone("there is one processor");
  return { variant: chosen, threads: n, asked, reason: `there are ${processors} logical processors` };
}

/** Two logical processors of a core share what a matrix product is made of, so count cores. */
function defaultThreads(processors: number): number {
  if (processors <= 2) return Math.max(1, processors);
  return Math.min(kMostByDefault, Math.max(2, Math.floor(processors / 2)));
}
