// What the engine can run, and which build is taken for it.

import { chooseVariant, detectFeatures, type Features, type Variant } from "onehead";
import { describe, expect, test } from "vitest";

describe("detectFeatures", () => {
  test("finds what this Node has", () => {
    const major = Number(process.versions.node.split(".")[0]);
    const features = detectFeatures();
    expect(features.simd).toBe(true);
    expect(features.threads).toBe(true);
    // V8 runs relaxed SIMD without a flag from Node 24 on; what lies between is not ours to say.
    if (major <= 20) expect(features.relaxedSimd).toBe(false);
    if (major >= 24) expect(features.relaxedSimd).toBe(true);
  });

  test("finds nothing without WebAssembly", () => {
    const real = globalThis.WebAssembly;
    Reflect.deleteProperty(globalThis, "WebAssembly");
    try {
      expect(detectFeatures()).toEqual({ simd: false, relaxedSimd: false, threads: false });
    } finally {
      globalThis.WebAssembly = real;
    }
  });
});

describe("chooseVariant", () => {
  const none: Features = { simd: false, relaxedSimd: false, threads: false };
  const simd = { ...none, simd: true };
  const relaxed = { ...simd, relaxedSimd: true };
  const table: [Features, Variant | undefined, Variant | "no-simd"][] = [
    [none, undefined, "no-simd"],
    [none, "simd128", "no-simd"],
    [simd, undefined, "simd128"],
    [simd, "simd128", "simd128"],
    [simd, "relaxed", "no-simd"],
    [relaxed, undefined, "relaxed"],
    [relaxed, "simd128", "simd128"],
    [relaxed, "relaxed", "relaxed"],
    [{ ...relaxed, threads: true }, undefined, "relaxed"],
  ];
  test.each(table)("%o, wanted %s: %s", (features, wanted, chosen) => {
    if (chosen === "no-simd") {
      expect(() => chooseVariant(features, wanted)).toThrow(expect.objectContaining({ code: "no-simd" }));
    } else {
      expect(chooseVariant(features, wanted)).toBe(chosen);
    }
  });
});
