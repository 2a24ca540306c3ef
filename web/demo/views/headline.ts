// The sentence that says it all, with the model's own number of heads.

import { numberWord, plural } from "../models/words";
import { builder, hue, type ViewOptions } from "./dom";

export interface HeadlineModel {
  readonly nQueryHeads: number;
  readonly nKvHeads: number;
}

export function headline(model: HeadlineModel, options: ViewOptions): HTMLElement {
  const { html, svg } = builder(options);
  const { nQueryHeads: heads, nKvHeads: shared } = model;
  const strip = svg(
    "svg",
    { class: "hues", viewBox: `0 0 ${heads} 1`, preserveAspectRatio: "none", "aria-hidden": "true" },
    Array.from({ length: heads }, (_, head) => svg("rect", { class: hue(head), x: head, width: 1, height: 1 })),
  );
  return html(
    "h1",
    { "data-heads": heads },
    "Every word asks ",
    html("span", { class: "asks" }, `${numberWord(heads)} ${plural(heads, "question")}`, strip),
    " of ",
    html(
      "span",
      { class: "shared" },
      `${numberWord(shared)} ${plural(shared, "key")} and ${numberWord(shared)} ${plural(shared, "value")}`,
    ),
    ".",
  );
}
