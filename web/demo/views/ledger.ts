// The ledger as a real table. Each token has one row; the slab runs through all of them.

import { dotRadius, type LedgerModel, type LedgerRow } from "../models/ledger";
import { percent } from "../models/words";
import { barcode } from "./barcode";
import { type Builder, builder, hue, short, spoken, type ViewOptions } from "./dom";
import { readers } from "./readers";

export interface LedgerOptions extends ViewOptions {
  /** Draw the slabs that ordinary attention would need besides. */
  readonly separated: boolean;
  readonly caption: string;
  /** Is this slab cell, by its `data-same`, drawn already? Then it is not drawn again. */
  readonly kept?: (key: string) => boolean;
}

export function ledger(model: LedgerModel, options: LedgerOptions): HTMLElement {
  const dom = builder(options);
  const { html } = dom;
  return html(
    "table",
    {
      class: "ledger",
      "data-ledger": "",
      "data-layer": model.layer,
      "data-query": model.query,
      "data-target": model.target,
      "data-separated": options.separated,
    },
    html("caption", {}, options.caption),
    head(dom, model),
    body(dom, model, model.sentence, options, "sentence"),
    body(dom, model, model.spanish, options, "spanish"),
  );
}

function head(dom: Builder, model: LedgerModel): HTMLElement {
  const { html } = dom;
  const heads = Array.from({ length: model.nHeads }, (_, index) =>
    html(
      "th",
      { scope: "col", class: `head ${hue(index)}`, "data-head": index },
      html("span", { class: "spoken" }, "Query head "),
      html("span", { class: "disc" }, index + 1),
    ),
  );
  return html(
    "thead",
    {},
    html(
      "tr",
      {},
      html("th", { scope: "col", class: "token" }, "token"),
      html(
        "th",
        { scope: "col", class: "slab" },
        html("span", { class: "halves" }, html("span", {}, "K"), html("span", {}, "V")),
        spoken(dom, " shared key and value"),
      ),
      html("th", { scope: "col", class: "read" }, "read by"),
      heads,
    ),
  );
}

function body(
  dom: Builder,
  model: LedgerModel,
  rows: readonly LedgerRow[],
  options: LedgerOptions,
  group: "sentence" | "spanish",
): HTMLElement {
  return dom.html(
    "tbody",
    { class: group, "data-group": group },
    rows.map((row, index) => tableRow(dom, model, row, options, edge(model, group, index))),
  );
}

/** Where the slab and its outlines begin and end. */
function edge(model: LedgerModel, group: "sentence" | "spanish", index: number): string {
  const top = group === "sentence" && index === 0;
  const last = model.spanish.length > 0 ? model.spanish.length : model.sentence.length;
  const bottom = index === last - 1 && group === (model.spanish.length > 0 ? "spanish" : "sentence");
  return `${top ? " top" : ""}${bottom ? " bottom" : ""}`;
}

function tableRow(
  dom: Builder,
  model: LedgerModel,
  row: LedgerRow,
  options: LedgerOptions,
  edges: string,
): HTMLElement {
  const { html } = dom;
  return html(
    "tr",
    {
      class: row.masked ? "masked" : null,
      "data-position": row.position,
      "data-kind": row.kind,
      "data-role": row.role,
    },
    tokenCell(dom, row),
    slabCell(dom, model, row, options, edges),
    html(
      "td",
      { class: "read" },
      row.masked
        ? spoken(dom, "not yet written")
        : [readers(dom, row, model.readerScale), spoken(dom, `${short(row.total, 2)} of ${model.nHeads}`)],
    ),
    row.weights.map((weight, index) => weightCell(dom, row, weight, index)),
  );
}

/** The slab is most of the table's elements and hardly ever changes. */
function slabCell(
  dom: Builder,
  model: LedgerModel,
  row: LedgerRow,
  options: LedgerOptions,
  edges: string,
): HTMLElement {
  const { html } = dom;
  const numbers = fnv(row.keys, fnv(row.values)).toString(36);
  const key = `${model.sentence.length}.${row.position}.${options.separated ? 1 : 0}.${numbers}`;
  return html(
    "td",
    { class: `slab${edges}`, "data-same": key },
    !options.kept?.(key) && [
      html(
        "span",
        { class: "pair" },
        barcode(dom, row.keys, "k"),
        barcode(dom, row.values, "v"),
        spoken(dom, "its one key and one value"),
      ),
      options.separated &&
        Array.from({ length: model.nHeads / model.nKvHeads - 1 }, (_, i) =>
          html("i", { class: `outline o${i + 1} ${hue(i + 1)}`, "aria-hidden": "true" }),
        ),
    ],
  );
}

/** FNV-1a, 32 bit. */
function fnv(bytes: Uint8Array, seed = 0x811c9dc5): number {
  let hash = seed;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

function tokenCell({ html }: Builder, row: LedgerRow): HTMLElement {
  const language = row.kind === "spanish" ? "es" : row.kind === "sentence" ? "en" : null;
  return html(
    "th",
    { scope: "row", class: row.continues ? "token continues" : "token" },
    html("span", { class: "piece", translate: "no", lang: language }, row.label),
    row.role === "asks" && html("span", { class: "mark asks" }, "asks"),
    row.role === "chosen" && html("span", { class: "mark chosen" }, "chosen"),
  );
}

function weightCell(dom: Builder, row: LedgerRow, weight: number, index: number): HTMLElement {
  const { html, svg } = dom;
  if (row.masked) return html("td", { class: `weight ${hue(index)}`, "data-head": index });
  return html(
    "td",
    { class: `weight ${hue(index)}`, "data-head": index, "data-weight": short(weight) },
    svg(
      "svg",
      { class: "dot", viewBox: "-1 -1 2 2", "aria-hidden": "true" },
      svg("circle", { r: short(dotRadius(Number(short(weight))), 3) }),
    ),
    spoken(dom, percent(weight)),
  );
}
