// The claims as a table. Its roles are written out, for styles take them away where rows become blocks.

import { builder, type ViewOptions } from "../views/dom";
import type { Claim } from "./claims";

/** A number and its unit stay on one line. */
const unbroken = (sentence: string) => sentence.replace(/(?<=\d) (?=%|×|ms\b)/g, "\u00a0");

export function claimsTable(rows: readonly Claim[], options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  return html(
    "table",
    { class: "claims", role: "table" },
    html(
      "thead",
      { role: "rowgroup" },
      html(
        "tr",
        { role: "row" },
        ["Claim", "What we measured", "Where to see it"].map((title) =>
          html("th", { scope: "col", role: "columnheader" }, title),
        ),
      ),
    ),
    html(
      "tbody",
      { role: "rowgroup" },
      rows.map(({ topic, claim, measured, see }) =>
        html(
          "tr",
          { role: "row" },
          html("th", { scope: "row", role: "rowheader" }, html("b", {}, topic), ` ${claim}`),
          html(
            "td",
            { role: "cell" },
            measured.map((sentence) => html("p", {}, unbroken(sentence))),
          ),
          html("td", { role: "cell" }, see.href ? html("a", { href: see.href }, see.text) : html("code", {}, see.text)),
        ),
      ),
    ),
  );
}

export const remarks = (sentences: readonly string[], options: ViewOptions): HTMLElement => {
  const { html } = builder(options);
  return html(
    "div",
    { class: "left-out" },
    sentences.map((sentence) => html("p", {}, unbroken(sentence))),
  );
};
