// How fast it was, measured in this tab.

import { grouped } from "../models/words";
import type { RunTimings } from "../run/run";
import { builder, type ViewOptions } from "./dom";

export interface TimingsModel {
  readonly timings: RunTimings | undefined;
  /** "relaxed SIMD" */
  readonly build: string | undefined;
}

export function timings(model: TimingsModel, options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  const entry = (name: string, key: string, value: string) =>
    html("div", {}, html("dt", {}, name), html("dd", { [`data-${key}`]: "" }, value));
  const measured = model.timings;
  if (measured === undefined)
    return html("p", { class: "timings" }, "Times are measured as soon as the model is here.");
  const list = html(
    "dl",
    { class: "timings" },
    entry("first token after", "first-token", `${grouped(Math.max(1, Math.round(measured.timeToFirstTokenMs)))} ms`),
    measured.tokensPerSecond !== undefined &&
      entry("then", "speed", `${grouped(Math.round(measured.tokensPerSecond))} tokens/s`),
    model.build !== undefined && entry("engine", "build", model.build),
  );
  const note = html("p", { class: "note" }, "Measured in this tab, with every number drawn here recorded on the way.");
  return html("div", {}, list, note);
}
