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
  /** Languages of the two parts of the text, if they are known. Default: the translator's. */
  readonly languages?: { readonly sentence: string | null; readonly spanish: string | null };
  /** Is this slab cell, by its `data-same`, drawn already? Then it is not drawn again. */
  readonly kept?: (key: string) => boolean;
}

const TRANSLATOR = { sentence: "en", spanish: "es" };

export function ledger(model: LedgerModel, options: LedgerOptions): HTMLElement {
  const dom = builder(options);
  const { html } = dom;
  return html(
    "table",
    {
      class: model.nKvHeads > 1 ? `ledger grouped kv${Math.min(model.nKvHeads, 12)}` : "ledger",
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

const indices = (length: number) => Array.from({ length }, (_, i) => i);

/** Columns: the token; then each key and value, who reads it, and its heads. */
function head(dom: Builder, model: LedgerModel): HTMLElement {
  const { html } = dom;
  const shared = model.nKvHeads === 1;
  const queryHead = (index: number) =>
    html(
      "th",
      { scope: "col", class: `head ${hue(model.firstHead + index)}`, "data-head": model.firstHead + index },
      html("span", { class: "spoken" }, "Query head "),
      html("span", { class: "disc" }, model.firstHead + index + 1),
    );
  return html(
    "thead",
    {},
    html(
      "tr",
      {},
      html("th", { scope: "col", class: "token" }, "token"),
      indices(model.nKvHeads).map((group) => [
        html(
          "th",
          { scope: "col", class: `slab ${shade(model, group)}`.trim() },
          html("span", { class: "halves" }, html("span", {}, "K"), html("span", {}, "V")),
          spoken(dom, shared ? " shared key and value" : ` number ${model.firstKvHead + group + 1}`),
        ),
        html("th", { scope: "col", class: "read" }, shared ? "read by" : spoken(dom, "read by")),
        indices(model.groupSize).map((i) => queryHead(group * model.groupSize + i)),
      ]),
    ),
  );
}

/** The class that gives a key and value its shade of the shared colour, where there are several. */
const shade = (model: LedgerModel, group: number) => (model.nKvHeads > 1 ? `g${(model.firstKvHead + group) % 4}` : "");

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
  const unseen = row.masked ? "not yet written" : row.beyond ? "too long ago for this layer" : undefined;
  return html(
    "tr",
    {
      class: row.masked ? "masked" : row.beyond ? "beyond" : null,
      "data-position": row.position,
      "data-kind": row.kind,
      "data-role": row.role,
      "data-folded": row.folded > 0 && row.folded,
    },
    tokenCell(dom, row, options),
    row.readers.map((group, g) => [
      slabCell(dom, model, row, g, options, edges),
      html(
        "td",
        { class: "read" },
        unseen !== undefined
          ? spoken(dom, unseen)
          : [readers(dom, group, model.readerScale), spoken(dom, `${short(group.total, 2)} of ${model.groupSize}`)],
      ),
      group.weights.map((weight, index) => weightCell(dom, row, weight, group.head + index)),
    ]),
  );
}

/** The slab is most of the table's elements and hardly ever changes. */
function slabCell(
  dom: Builder,
  model: LedgerModel,
  row: LedgerRow,
  group: number,
  options: LedgerOptions,
  edges: string,
): HTMLElement {
  const { html } = dom;
  const own = (levels: Uint8Array) => {
    const width = levels.length / model.nKvHeads;
    return levels.subarray(group * width, (group + 1) * width);
  };
  const [keys, values] = [own(row.keys), own(row.values)];
  const numbers = fnv(keys, fnv(values)).toString(36);
  const place = model.nKvHeads > 1 ? `${group}.` : "";
  const key = `${place}${model.sentence.length}.${row.position}.${options.separated ? 1 : 0}.${numbers}`;
  const bars =
    row.folded > 0
      ? spoken(dom, "their keys and values, not drawn")
      : [barcode(dom, keys, "k"), barcode(dom, values, "v"), spoken(dom, "its one key and one value")];
  return html(
    "td",
    { class: `slab${model.nKvHeads > 1 ? ` ${shade(model, group)}` : ""}${edges}`, "data-same": key },
    !options.kept?.(key) && [
      html("span", { class: row.folded > 0 ? "pair torn" : "pair" }, bars),
      options.separated &&
        indices(model.groupSize - 1).map((i) =>
          html("i", {
            class: `outline o${i + 1} ${hue(model.firstHead + group * model.groupSize + i + 1)}`,
            "aria-hidden": "true",
          }),
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

function tokenCell({ html }: Builder, row: LedgerRow, { languages = TRANSLATOR }: LedgerOptions): HTMLElement {
  const language = row.kind === "spanish" || row.kind === "sentence" ? languages[row.kind] : null;
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
  if (row.masked || row.beyond) return html("td", { class: `weight ${hue(index)}`, "data-head": index });
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
