// The colours themselves: contrast as WCAG counts it, and distance under the three common colour vision deficiencies.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../../web/demo/styles/theme.css", import.meta.url), "utf8");
const [light = "", dark = ""] = css.split("@media (prefers-color-scheme: dark)");

function colours(text: string): Record<string, string> {
  return Object.fromEntries(Array.from(text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g), ([, name, hex]) => [name, hex]));
}

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

const linear = (hex: string): Triple => {
  const part = (i: number) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
};
const times = (m: Matrix, v: Triple): Triple => {
  const row = ([a, b, c]: Triple) => a * v[0] + b * v[1] + c * v[2];
  return [row(m[0]), row(m[1]), row(m[2])];
};
const luminance = (hex: string) => {
  const [r, g, b] = linear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

// OKLab (Ottosson 2020), of linear sRGB.
const toLms: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const toLab: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const cube = ([a, b, c]: Triple): Triple => [Math.cbrt(a), Math.cbrt(b), Math.cbrt(c)];
const lab = (rgb: Triple) => times(toLab, cube(times(toLms, rgb)));
const clip = ([a, b, c]: Triple): Triple => {
  const inside = (x: number) => Math.min(Math.max(x, 0), 1);
  return [inside(a), inside(b), inside(c)];
};

// Machado, Oliveira and Fernandes (2009), severity 1.
const VISION: Record<string, Matrix> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

describe.each([
  ["light", colours(light)],
  ["dark", { ...colours(light), ...colours(dark) }],
])("%s", (_, palette) => {
  const of = (name: string) => palette[name] as string;
  const heads = Array.from({ length: 8 }, (_, head) => of(`head-${head}`));

  test("there is a hue for each of eight heads, and both themes define all colours", () => {
    expect(new Set([...heads, of("shared")]).size).toBe(9);
    expect(Object.keys(colours(dark)).sort()).toEqual(Object.keys(colours(light)).sort());
  });

  test("text reaches 4.5 : 1 on every ground it stands on", () => {
    for (const text of ["ink", "quiet", "error", "shared-ink"]) {
      for (const ground of ["paper", "raised", "sunken"]) {
        expect(contrast(of(text), of(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test("marks and borders of controls reach 3 : 1", () => {
    for (const mark of [...heads, of("shared"), of("line-strong"), of("focus")]) {
      expect(contrast(mark, of("paper")), mark).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(of("shared-bar"), of("shared-tint"))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(Object.entries(VISION))("heads and the shared colour stay apart: %s", (_name, matrix) => {
    const seen = [...heads, of("shared")].map((hex) => lab(clip(times(matrix, linear(hex)))));
    for (let i = 0; i < seen.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [seen[i], seen[j]] as [Triple, Triple];
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        expect(distance, `colours ${j} and ${i}`).toBeGreaterThan(0.07);
      }
    }
  });
});
