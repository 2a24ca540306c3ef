// On the slab's edge: who reads this row, as a bar stacked of the query heads' hues.

import type { Readers } from "../models/ledger";
import { at } from "../run/run";
import { type Builder, hue, short } from "./dom";

/** `scale`: the sum that fills the bar. A clipped bar shows its heads' shares instead, hatched, with a torn edge. */
export function readers({ svg }: Builder, model: Readers, scale: number): SVGElement {
  const full = model.clipped ? model.total : scale;
  let x = 0;
  const bars = model.weights.map((weight, head) => {
    const width = full > 0 ? (weight / full) * 100 : 0;
    const bar = svg("rect", {
      class: hue(model.head + head),
      x: short(x, 2),
      width: short(width, 2),
      height: 10,
      "data-head": model.head + head,
    });
    x += width;
    return bar;
  });
  return svg(
    "svg",
    {
      class: model.clipped ? "readers clipped" : "readers",
      viewBox: "0 0 100 10",
      preserveAspectRatio: "none",
      "aria-hidden": "true",
      "data-total": short(model.total),
    },
    bars.filter((_, head) => at(model.weights, head) > 0.0005),
    model.clipped && svg("rect", { class: "hatch", width: 100, height: 10, fill: "url(#hatch-cut)" }),
  );
}
