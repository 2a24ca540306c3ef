// Probabilities of labels, as bars.

import { percent } from "../models/words";
import { builder, short, type ViewOptions } from "../views/dom";

export function classBars(
  classes: readonly { readonly label: string; readonly probability: number }[],
  options: ViewOptions,
): HTMLElement {
  const { html, svg } = builder(options);
  return html(
    "ol",
    { class: "classes" },
    classes.map(({ label, probability }, index) =>
      html(
        "li",
        { class: index === 0 ? "likeliest" : null, "data-class": label, "data-probability": short(probability) },
        html("span", {}, label),
        svg(
          "svg",
          { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
          svg("rect", { class: "track", width: 100, height: 10 }),
          svg("rect", { class: "share", width: short(100 * probability, 1), height: 10 }),
        ),
        html("span", { class: "number" }, percent(probability)),
      ),
    ),
  );
}
