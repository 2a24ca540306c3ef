// The K/V cache as a bar, to scale: one slab, or one for each head.

import type { BytesModel } from "../models/bytes";
import { grouped, plural } from "../models/words";
import { builder, hue, type ViewOptions } from "./dom";

export function bytes(model: BytesModel, options: ViewOptions): HTMLElement {
  const { html, svg } = builder(options);
  const times = model.nQueryHeads / model.nKvHeads;
  const shown = model.separated ? model.separate : model.shared;
  const part = 100 / times;
  return html(
    "figure",
    {
      class: "bytes",
      "data-bytes": shown,
      "data-shared-bytes": model.shared,
      "data-separate-bytes": model.separate,
      "data-reserved-bytes": model.reserved,
    },
    svg(
      "svg",
      { class: "scale", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "track", width: 100, height: 8 }),
      svg("rect", { class: "kept", width: part, height: 8 }),
      Array.from({ length: times - 1 }, (_, i) =>
        svg("rect", {
          class: `extra ${hue(i + 1)}${model.separated ? " on" : ""}`,
          x: (i + 1) * part,
          width: part,
          height: 8,
        }),
      ),
    ),
    html(
      "figcaption",
      {},
      html("b", {}, `${grouped(shown)} bytes`),
      model.separated
        ? ` with a K and V for each head: ${times} times as much`
        : ` of keys and values for ${model.tokens} ${plural(model.tokens, "token")}, shared by all ${model.nQueryHeads} heads`,
    ),
  );
}
