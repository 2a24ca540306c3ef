// MQA, GQA and MHA beside each other: query heads, the keys and values they share, and what those take.

import { plural } from "../models/words";
import { type Builder, builder, hue, short, type ViewOptions } from "../views/dom";
import type { MemoryModel, SharingKind } from "./memory";
import { bytes } from "./quantity";

const WIDTH = 96;
const HEIGHT = 46;
/** Discs beyond this would be dust. */
const MOST = 16;

export function kinds(model: MemoryModel, options: ViewOptions): HTMLElement {
  const dom = builder(options);
  const { html } = dom;
  const largest = Math.max(...model.kinds.map((kind) => kind.bytes), 1);
  return html(
    "ul",
    { class: "kinds", "data-tokens": model.tokens },
    model.kinds.map((kind) =>
      html(
        "li",
        { class: kind.own ? "kind own" : "kind", "data-kind": kind.kind, "data-bytes": kind.bytes },
        diagram(dom, kind, model.nQueryHeads),
        html(
          "div",
          {},
          html("p", {}, html("b", {}, kind.kind), kind.own && html("span", { class: "this" }, "this model")),
          html(
            "p",
            { class: "count" },
            `${model.nQueryHeads} query heads, ${kind.nKvHeads} K/V ${plural(kind.nKvHeads, "head")}`,
          ),
          dom.svg(
            "svg",
            { class: "scale", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
            dom.svg("rect", { class: "track", width: 100, height: 6 }),
            dom.svg("rect", { class: "kept", width: short((100 * kind.bytes) / largest, 2), height: 6 }),
          ),
          html("p", { class: "count" }, html("b", {}, bytes(kind.bytes))),
        ),
      ),
    ),
  );
}

/** Slabs on top, each with its query heads hanging on it. */
function diagram({ svg }: Builder, { nKvHeads, name }: SharingKind, nQueryHeads: number): SVGElement {
  const heads = Math.min(nQueryHeads, MOST);
  // A cut picture keeps whole groups.
  const groups = Math.max(1, Math.round((nKvHeads * heads) / nQueryHeads));
  const size = heads / groups;
  const step = WIDTH / heads;
  const radius = Math.min(step * 0.36, 6);
  const middle = (head: number) => (head + 0.5) * step;
  const slabs = Array.from({ length: groups }, (_, group) => {
    const [left, right] = [group * size * step, (group + 1) * size * step];
    const gap = Math.min(3, step * 0.2);
    return svg("rect", {
      class: `slab g${groups > 1 ? group % 4 : 0}`,
      x: short(left + gap / 2),
      width: short(right - left - gap),
      y: 1,
      height: 14,
      rx: 2,
    });
  });
  const queries = Array.from({ length: heads }, (_, head) => [
    svg("path", { class: hue(head), d: `M${short(middle(head))} 15V${short(HEIGHT - 2 * radius - 2)}` }),
    svg("circle", { class: hue(head), cx: short(middle(head)), cy: short(HEIGHT - radius - 2), r: short(radius) }),
  ]);
  return svg(
    "svg",
    { class: "diagram", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name },
    slabs,
    queries,
  );
}
