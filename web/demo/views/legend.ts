// How to read the ledger, beside it rather than in a manual.

import { BARCODE_LEVELS } from "../models/barcode";
import { dotRadius, type LedgerModel } from "../models/ledger";
import { numberWord } from "../models/words";
import { builder, short, type ViewOptions } from "./dom";

export function legend(model: LedgerModel, options: ViewOptions): HTMLElement {
  const { html, svg } = builder(options);
  const ramp = svg(
    "svg",
    { class: "barcode ramp", viewBox: `0 0 ${BARCODE_LEVELS} 1`, preserveAspectRatio: "none", "aria-hidden": "true" },
    Array.from({ length: BARCODE_LEVELS }, (_, level) => svg("path", { class: `l${level}`, d: `M${level + 0.5} 0v1` })),
  );
  const dots = [0.05, 0.25, 1].map((weight) => [
    svg(
      "svg",
      { class: "dot", viewBox: "-1 -1 2 2", "aria-hidden": "true" },
      svg("circle", { r: short(dotRadius(weight)) }),
    ),
    `${weight * 100} %`,
  ]);
  const swatch = (kind: string) =>
    svg(
      "svg",
      { class: "swatch", viewBox: "0 0 10 10", "aria-hidden": "true" },
      svg("rect", { class: "blank", width: 10, height: 10 }),
      svg("rect", { class: kind, width: 10, height: 10 }),
    );
  const sharing = model.nKvHeads === 1 ? `all ${numberWord(model.nHeads)}` : `its ${numberWord(model.groupSize)}`;
  const range = (scale: number) => `±${scale.toPrecision(2)}`;
  return html(
    "ul",
    { class: "legend" },
    html(
      "li",
      {},
      ramp,
      `key (${range(model.scales.keys)}) and value (${range(model.scales.values)}): real numbers, written once`,
    ),
    html("li", {}, dots, " of a head's attention, the same scale for all heads"),
    html("li", {}, swatch("behind"), "not yet written when the heads asked"),
    model.window > 0 &&
      html("li", {}, swatch("beyond"), `more than ${model.window} tokens ago: out of this layer's window`),
    html(
      "li",
      {},
      `read by: ${sharing} ${model.groupSize === 1 ? "head's" : "heads'"} shares of a row, stacked; the most-read row fills the bar, and hatched means cut short`,
    ),
  );
}
