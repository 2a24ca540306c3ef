// Where the numbers on the page come from: the run recorded at build time, or this tab.

import { builder, type ViewOptions } from "./dom";

export interface OriginModel {
  readonly origin: "recorded" | "live";
  readonly finished: boolean;
}

export function origin(model: OriginModel, options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  const text =
    model.origin === "recorded"
      ? "recorded when this page was built"
      : model.finished
        ? "computed in your tab"
        : "computing in your tab";
  return html("p", { class: `origin ${model.origin}`, "data-origin": model.origin }, text);
}
