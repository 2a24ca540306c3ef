// One bar a head: how much it read of the sentence, of the Spanish so far, of the first token.

import type { HeadSplit, SplitModel } from "../models/split";
import { percent } from "../models/words";
import { type Builder, builder, hue, short, spoken, type ViewOptions } from "./dom";

export interface SplitOptions extends ViewOptions {
  /** Name of a position, for "mostly cat". */
  readonly label: (position: number) => string;
  /** What the text is made of: what was given, and what is written. Default: the translator's. */
  readonly names?: { readonly sentence: string; readonly spanish: string };
}

const PARTS = ["sentence", "spanish", "first"] as const;
const TRANSLATOR = { sentence: "the sentence", spanish: "the Spanish so far" };
const FIRST = "the first token: a place to rest";

export function split(model: SplitModel, options: SplitOptions): HTMLElement {
  const dom = builder(options);
  const { html, svg } = dom;
  const names = { ...(options.names ?? TRANSLATOR), first: FIRST };
  const swatch = (part: string) =>
    svg("svg", { class: "swatch", viewBox: "0 0 10 10", "aria-hidden": "true" }, bar(dom, part, 0, 10));
  return html(
    "figure",
    { class: "split", "data-query": model.query },
    html(
      "figcaption",
      {},
      PARTS.map((part) => html("span", {}, swatch(part), names[part])),
    ),
    html(
      "ol",
      {},
      model.heads.map((head) => row(dom, head, options)),
    ),
  );
}

function row(dom: Builder, head: HeadSplit, options: SplitOptions): HTMLElement {
  const { html, svg } = dom;
  const names = options.names ?? TRANSLATOR;
  let x = 0;
  const bars = PARTS.map((part) => {
    const rects = bar(dom, part, x, head[part] * 100);
    rects[0]?.setAttribute("data-share", short(head[part]));
    x += head[part] * 100;
    return rects;
  });
  return html(
    "li",
    { class: hue(head.head), "data-head": head.head },
    html("span", { class: "disc", "aria-hidden": "true" }, head.head + 1),
    svg("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, bars),
    head.favourite !== undefined &&
      html("span", { class: "favourite", translate: "no", "aria-hidden": "true" }, options.label(head.favourite)),
    spoken(
      dom,
      `Head ${head.head + 1}: ${names.sentence} ${percent(head.sentence)}, ${names.spanish} ${percent(head.spanish)}, ` +
        `first token ${percent(head.first)}${head.favourite === undefined ? "" : `; reads ${options.label(head.favourite)} most`}`,
    ),
  );
}

/** The first token's share is hatched: it is rest, not reading. */
function bar({ svg }: Builder, part: string, x: number, width: number): SVGElement[] {
  const place = { x: short(x, 2), width: short(width, 2), height: 10 };
  const rect = svg("rect", { class: part, ...place });
  return part === "first" ? [rect, svg("rect", { class: "first hatch", ...place })] : [rect];
}
