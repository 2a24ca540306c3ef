// T × T maps, one a head: rows read, columns are read. What lies behind the causal mask is hatched, not white.

import { scaleBand } from "d3-scale";
import type { HeadMap, MapsModel } from "../models/maps";
import { percent } from "../models/words";
import { type Builder, builder, hue, short, type ViewOptions } from "./dom";

const SIDE = 240;
const MARGIN = 58;
/** Above so many tokens, names would overlap: only every nth is written. */
const NAMES = 26;

export function maps(model: MapsModel, options: ViewOptions): HTMLElement {
  const dom = builder(options);
  return dom.html(
    "div",
    { class: "maps", "data-layer": model.layer, "data-tokens": model.labels.length },
    model.heads.map((head) => map(dom, model, head)),
  );
}

/** Marks another row as the one that asks; the rest of the maps stays as it is. */
export function moveAsking(root: Element, query: number): void {
  const step = SIDE / Number(root.getAttribute("data-tokens"));
  for (const row of Array.from(root.querySelectorAll(".asking"))) row.setAttribute("y", short(step * query, 2));
}

function map(dom: Builder, model: MapsModel, head: HeadMap): HTMLElement {
  const { html, svg } = dom;
  const length = model.labels.length;
  const band = scaleBand(Array.from(model.labels.keys()), [0, SIDE]);
  const place = (position: number) => short(band(position) ?? 0, 2);
  const cell = short(band.bandwidth(), 2);
  const every = Math.ceil(length / NAMES);
  const name = (position: number) => position % every === 0;
  const labels = model.labels.flatMap((label, position) => {
    if (!name(position)) return [];
    const middle = short((band(position) ?? 0) + band.bandwidth() / 2, 2);
    return [
      svg("text", { class: "row", x: -4, y: middle, translate: "no" }, label),
      svg("text", { class: "column", transform: `translate(${middle} -4)rotate(-60)`, translate: "no" }, label),
    ];
  });
  const strongest = strongestCell(head);
  return html(
    "figure",
    { class: `map ${hue(head.head)}`, "data-head": head.head },
    html("figcaption", {}, html("span", { class: "disc" }, head.head + 1), `head ${head.head + 1}`),
    svg(
      "svg",
      {
        viewBox: `${-MARGIN} ${-MARGIN} ${SIDE + MARGIN + 2} ${SIDE + MARGIN + 2}`,
        role: "img",
        "aria-label":
          `Head ${head.head + 1}: each row is a token that reads, each column a token that is read.` +
          (strongest === undefined
            ? ""
            : ` Strongest, the first token aside: ${model.labels[strongest.query]} reads ${model.labels[strongest.key]}, ${percent(strongest.weight)}.`),
      },
      svg("rect", { class: "ground", width: SIDE, height: SIDE }),
      svg("path", { class: "mask", d: causalMask(length, band.step()), fill: "url(#hatch-mask)" }),
      model.beyond.some((columns) => columns > 0) &&
        svg("path", { class: "beyond", d: windowMask(model.beyond, band.step()), fill: "url(#hatch-window)" }),
      model.untraced.length > 0 && svg("path", { class: "untraced", d: rowsPath(model.untraced, length, band.step()) }),
      head.cells.map(({ query, key, weight }) =>
        svg("rect", {
          class: key === 0 ? "first" : null,
          x: place(key),
          y: place(query),
          width: cell,
          height: cell,
          "fill-opacity": short(weight),
          "data-query": query,
          "data-key": key,
          "data-weight": short(weight),
        }),
      ),
      svg("rect", { class: "asking", y: place(model.query), width: SIDE, height: cell }),
      labels,
      svg("text", { class: "axis", x: SIDE - 6, y: 14, "text-anchor": "end" }, "not yet written"),
      svg(
        "text",
        {
          class: "axis names",
          transform: `translate(${-MARGIN + 10} ${SIDE / 2})rotate(-90)`,
          "text-anchor": "middle",
        },
        "who reads ↓",
      ),
      svg("text", { class: "axis names", x: SIDE / 2, y: -MARGIN + 10, "text-anchor": "middle" }, "what is read →"),
    ),
  );
}

/** The stairs above the diagonal. */
function causalMask(length: number, step: number): string {
  let d = `M${short(step)} 0H${short(length * step)}`;
  for (let query = length - 2; query >= 0; query--) {
    d += `V${short((query + 1) * step)}H${short((query + 1) * step)}`;
  }
  return `${d}Z`;
}

/** Left of the window: each row's first columns. */
function windowMask(beyond: readonly number[], step: number): string {
  return beyond
    .map((columns, row) => (columns > 0 ? `M0 ${short(row * step)}h${short(columns * step)}v${short(step)}H0Z` : ""))
    .join("");
}

/** Rows left of the diagonal. */
function rowsPath(rows: readonly number[], length: number, step: number): string {
  return rows
    .map((row) => `M0 ${short(row * step)}h${short(Math.min(row + 1, length) * step)}v${short(step)}H0Z`)
    .join("");
}

function strongestCell(head: HeadMap) {
  return head.cells
    .filter(({ key }) => key > 0)
    .reduce<HeadMap["cells"][number] | undefined>(
      (best, cell) => (best === undefined || cell.weight > best.weight ? cell : best),
      undefined,
    );
}
