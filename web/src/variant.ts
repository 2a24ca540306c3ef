// Which build of the engine to fetch.

import { OneheadError } from "./errors.js";
import type { Features } from "./features.js";
import type { Variant } from "./types.js";

/** The fastest build that these features run. Throws `no-simd` where there is none, or where `wanted` cannot run. */
export function chooseVariant(features: Features, wanted?: Variant): Variant {
  if (!features.simd) {
    throw new OneheadError(
      "no-simd",
      "This browser or runtime has no WebAssembly SIMD, which onehead needs. Every major engine has had it since 2023.",
    );
  }
  if (wanted === "relaxed" && !features.relaxedSimd) {
    throw new OneheadError(
      "no-simd",
      'This browser or runtime has no relaxed SIMD: leave out `runtime.variant`, or take "simd128".',
    );
  }
  return wanted ?? (features.relaxedSimd ? "relaxed" : "simd128");
}
