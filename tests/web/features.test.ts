// What the engine can run, which build is taken for it, and how many threads.

import { chooseVariant, detectFeatures, type Features, type Variant } from "onehead";
import { describe, expect, test } from "vitest";
import type { RuntimeOptions } from "../../web/src/types.js";
import { planThreads } from "../../web/src/variant.js";

const none: Features = { simd: false, relaxedSimd: false, sharedMemory: false, threads: false };
const simd = { ...none, simd: true };
const relaxed = { ...simd, relaxedSimd: true };
/** A page that is not isolated. */
const apart = { ...relaxed, sharedMemory: true };
const shared = { ...apart, threads: true };

describe("detectFeatures", () => {
  test("finds what this Node has", () => {
    const major = Number(process.versions.node.split(".")[0]);
    const features = detectFeatures();
    expect(features.simd).toBe(true);
    if (major <= 20 || major >= 22) expect(features.sharedMemory).toBe(major > 20);
    expect(features.threads).toBe(features.sharedMemory);
    // V8 runs relaxed SIMD without a flag from Node 24 on; what lies between is not ours to say.
    if (major <= 20) expect(features.relaxedSimd).toBe(false);
    if (major >= 24) expect(features.relaxedSimd).toBe(true);
  });

  test.each(["crossOriginIsolated", "SharedArrayBuffer"])("a page without %s has no threads", (name) => {
    const had = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, {
      value: name === "SharedArrayBuffer" ? undefined : false,
      configurable: true,
    });
    try {
      expect(detectFeatures().threads).toBe(false);
    } finally {
      if (had) Object.defineProperty(globalThis, name, had);
      else Reflect.deleteProperty(globalThis, name);
    }
  });

  test("finds nothing without WebAssembly", () => {
    const real = globalThis.WebAssembly;
    Reflect.deleteProperty(globalThis, "WebAssembly");
    try {
      expect(detectFeatures()).toEqual(none);
    } finally {
      globalThis.WebAssembly = real;
    }
  });
});

/** What a call returns, or the code of its error. */
function outcome<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("chooseVariant", () => {
  const table: [Features, Variant | undefined, string][] = [
    [none, undefined, "no-simd"],
    [none, "simd128", "no-simd"],
    [simd, undefined, "simd128"],
    [simd, "simd128", "simd128"],
    [simd, "relaxed", "no-simd"],
    [simd, "simd128-threads", "unsupported-option"],
    [{ ...simd, sharedMemory: true, threads: true }, undefined, "simd128-threads"],
    [{ ...simd, sharedMemory: true, threads: true }, "relaxed-threads", "no-simd"],
    [relaxed, undefined, "relaxed"],
    [relaxed, "simd128", "simd128"],
    [relaxed, "relaxed", "relaxed"],
    [apart, undefined, "relaxed"],
    [apart, "relaxed-threads", "unsupported-option"],
    [shared, undefined, "relaxed-threads"],
    [shared, "relaxed", "relaxed"],
    [shared, "simd128-threads", "simd128-threads"],
  ];
  test.each(table)("%o, wanted %s: %s", (features, wanted, chosen) => {
    expect(outcome(() => chooseVariant(features, wanted))).toBe(chosen);
  });
});

describe("planThreads", () => {
  const wasm = { relaxed: "mine.wasm" };
  const table: [Features, number, RuntimeOptions, string][] = [
    // By default: half of the processors, at least two of them, at most eight.
    [shared, 1, {}, "relaxed 1"],
    [shared, 2, {}, "relaxed-threads 2"],
    [shared, 3, {}, "relaxed-threads 2"],
    [shared, 8, {}, "relaxed-threads 4"],
    [shared, 64, {}, "relaxed-threads 8"],
    [apart, 8, {}, "relaxed 1"],
    [relaxed, 8, {}, "relaxed 1"],
    // What is asked for is had, whatever the processors are said to be, or refused.
    [shared, 2, { threads: 8 }, "relaxed-threads 8"],
    [shared, 8, { threads: 1 }, "relaxed 1"],
    [apart, 8, { threads: 1 }, "relaxed 1"],
    [apart, 8, { threads: 2 }, "unsupported-option"],
    [relaxed, 8, { threads: 2 }, "unsupported-option"],
    [none, 8, { threads: 2 }, "no-simd"],
    [shared, 8, { variant: "simd128" }, "simd128 1"],
    [shared, 8, { variant: "simd128", threads: 2 }, "unsupported-option"],
    [shared, 8, { variant: "simd128-threads" }, "simd128-threads 4"],
    [shared, 8, { variant: "simd128-threads", threads: 1 }, "simd128-threads 1"],
    [apart, 8, { variant: "simd128-threads" }, "unsupported-option"],
    // Somebody who delivers the files himself may not have those with threads.
    [shared, 8, { wasm }, "relaxed 1"],
    [shared, 8, { wasm, threads: 2 }, "unsupported-option"],
    [shared, 8, { wasm: { ...wasm, "relaxed-threads": "too.wasm" } }, "relaxed-threads 4"],
  ];
  test.each(table)("%o, %i processors, %o: %s", (features, processors, runtime, expected) => {
    const plan = outcome(() => planThreads(features, processors, runtime));
    expect(typeof plan === "string" ? plan : `${plan.variant} ${plan.threads}`).toBe(expected);
    if (typeof plan !== "string") expect(plan.reason).toMatch(/^[a-z\d].{9,}[^.]$/);
  });
});
