// The words of the prompt, each over a column stacked of the heads' hues: who read it when the answer began.

import { percent } from "../models/words";
import { type Builder, builder, hue, short, type ViewOptions } from "../views/dom";
import { mostRead, type ReadingModel, type ReadWord } from "./reading";

export function reading(model: ReadingModel, options: ViewOptions): HTMLElement {
  const dom = builder(options);
  const { html } = dom;
  const most = mostRead(model).map(({ text, total }) => `“${text}” ${percent(total / model.nHeads)}`);
  return html(
    "figure",
    { class: "reading" },
    html(
      "figcaption",
      {},
      html("b", {}, "Read when the answer began. "),
      `Most: ${most.join(", ")} of all heads' attention; ${percent(model.rest)} rested on the start and the marks between.`,
    ),
    model.parts.map(({ name, words }) =>
      html(
        "div",
        { class: "part" },
        html("span", { class: "name" }, name),
        html(
          "p",
          { translate: "no" },
          words.map((word, index) => [word.glued || index === 0 ? "" : " ", column(dom, model, word)]),
        ),
      ),
    ),
  );
}

function column({ html, svg }: Builder, { firstHead, scale }: ReadingModel, word: ReadWord): HTMLElement {
  let y = 0;
  const bars = word.weights.map((weight, head) => {
    const height = scale > 0 ? (weight / scale) * 100 : 0;
    const bar = svg("rect", { class: hue(firstHead + head), y: short(y, 2), width: 10, height: short(height, 2) });
    y += height;
    return bar;
  });
  return html(
    "span",
    { class: "read-word", "data-read": short(word.total) },
    html("span", {}, word.text),
    svg("svg", { viewBox: "0 0 10 100", preserveAspectRatio: "none", "aria-hidden": "true" }, bars),
  );
}
