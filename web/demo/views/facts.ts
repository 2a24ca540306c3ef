// The model in one line.

import type { ModelFacts } from "../models/frame";
import { plural } from "../models/words";
import { builder, type ViewOptions } from "./dom";

export function facts(model: ModelFacts, options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  const millions = (model.parameterCount / 1e6).toFixed(1);
  const entries = [
    `${millions} M parameters`,
    `${model.nLayers} ${plural(model.nLayers, "layer")}`,
    `${model.nQueryHeads} query ${plural(model.nQueryHeads, "head")}`,
    `${model.nKvHeads} K/V ${plural(model.nKvHeads, "head")}`,
  ];
  return html(
    "ul",
    { class: "facts", "aria-label": "The model" },
    entries.map((entry) => html("li", {}, entry)),
  );
}
