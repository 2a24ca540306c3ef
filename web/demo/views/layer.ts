// Which layer is drawn, and why that one by default.

import { builder, type ViewOptions } from "./dom";

export interface LayerModel {
  /** Layers whose numbers are here. */
  readonly layers: readonly number[];
  readonly nLayers: number;
  readonly layer: number;
  readonly alignmentLayer: number;
}

export function layerPicker(model: LayerModel, options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  return html(
    "div",
    { class: "layer", "data-layer": model.layer },
    html(
      "label",
      {},
      "Layer ",
      html(
        "select",
        { "data-action": "layer", disabled: model.layers.length < 2 },
        Array.from({ length: model.nLayers }, (_, layer) =>
          html(
            "option",
            { value: layer, selected: layer === model.layer, disabled: !model.layers.includes(layer) },
            layer + 1,
          ),
        ),
      ),
      ` of ${model.nLayers}`,
    ),
    html(
      "p",
      { class: "note" },
      model.layer === model.alignmentLayer
        ? "Of all layers, this one's attention agrees best with which English word each Spanish word translates. That was measured, so it is shown first."
        : `Shown first is layer ${model.alignmentLayer + 1}: by measurement, its attention agrees best with which English word each Spanish word translates.`,
    ),
  );
}
