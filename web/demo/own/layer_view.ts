// Which layer and which heads are drawn, and how far back the layer sees.

import { grouped } from "../models/words";
import { builder, type ViewOptions } from "../views/dom";
import type { HeadPage, Shape } from "./shape";

export interface LookModel {
  readonly shape: Shape;
  readonly layer: number;
  readonly pages: readonly HeadPage[];
  readonly page: number;
}

export function lookPicker(model: LookModel, options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  const { shape, layer } = model;
  const window = shape.windows[layer] ?? 0;
  const step = (to: number, name: string, sign: string) =>
    html(
      "button",
      { type: "button", "data-layer-step": to, "aria-label": name, disabled: to < 0 || to >= shape.nLayers },
      sign,
    );
  const range = ({ from, to }: HeadPage) => (to === from + 1 ? `${to}` : `${from + 1} to ${to}`);
  return html(
    "div",
    { class: "layer", "data-layer": layer },
    html(
      "div",
      { class: "steps" },
      html(
        "label",
        {},
        "Layer ",
        html(
          "select",
          { "data-look": "layer" },
          shape.windows.map((_, i) => html("option", { value: i, selected: i === layer }, i + 1)),
        ),
        ` of ${shape.nLayers}`,
      ),
      step(layer - 1, "Layer before", "‹"),
      step(layer + 1, "Layer after", "›"),
    ),
    html(
      "p",
      { class: "note", "data-window": window },
      window > 0
        ? `This layer sees the last ${grouped(window)} tokens only. What is further back is hatched.`
        : shape.windows.some((size) => size > 0)
          ? "This layer sees the whole text; others see a window of it."
          : "Every layer sees the whole text.",
    ),
    model.pages.length > 1 &&
      html(
        "label",
        {},
        "Query heads ",
        html(
          "select",
          { "data-look": "heads" },
          model.pages.map((page, i) => html("option", { value: i, selected: i === model.page }, range(page))),
        ),
        ` of ${shape.nQueryHeads}`,
      ),
  );
}
