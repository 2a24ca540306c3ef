// A row of real numbers as a barcode in the shared colour: one thin bar a number, its tint the number.

import { type Builder, short } from "./dom";

/** Paths, one for each level in use: `l0` is the palest class, the highest level the darkest. */
export function barcode({ svg }: Builder, levels: Uint8Array, tensor: "k" | "v"): SVGElement {
  const bars = new Map<number, string>();
  levels.forEach((level, x) => {
    bars.set(level, `${bars.get(level) ?? ""}M${short(x + 0.5)} 0v1`);
  });
  return svg(
    "svg",
    {
      class: `barcode ${tensor}`,
      viewBox: `0 0 ${levels.length} 1`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
      "data-levels": Array.from(levels, (level) => level.toString(36)).join(""),
    },
    [...bars].sort(([a], [b]) => a - b).map(([level, d]) => svg("path", { class: `l${level}`, d })),
  );
}
