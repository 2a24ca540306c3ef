// How fast it was, measured in this tab.

import type { Timings } from "onehead";
import { grouped } from "../models/words";
import { builder, type ViewOptions } from "../views/dom";
import { bytes } from "./quantity";

export interface SpeedModel {
  readonly timings: Timings | undefined;
  readonly build: string;
  readonly threads: number;
  readonly memoryBytes: number;
  /** Of this text, in whole blocks. */
  readonly kvBytes: number;
  /** Every number drawn was recorded on the way. */
  readonly traced: boolean;
}

const rate = (x: number) => grouped(x >= 10 ? Math.round(x) : Number(x.toPrecision(2)));

export function speed(model: SpeedModel, options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  const entry = (name: string, key: string, value: string) =>
    html("div", {}, html("dt", {}, name), html("dd", { [`data-${key}`]: "" }, value));
  const { timings } = model;
  return html(
    "div",
    {},
    html(
      "dl",
      { class: "timings" },
      timings &&
        entry("first token after", "first-token", `${grouped(Math.max(1, Math.round(timings.timeToFirstTokenMs)))} ms`),
      timings?.promptTokensPerSecond !== undefined &&
        entry("reads", "prompt-speed", `${rate(timings.promptTokensPerSecond)} tokens/s`),
      timings?.tokensPerSecond !== undefined && entry("writes", "speed", `${rate(timings.tokensPerSecond)} tokens/s`),
      entry("engine", "build", `${model.build}, ${model.threads} ${model.threads === 1 ? "thread" : "threads"}`),
      entry("memory", "memory", bytes(model.memoryBytes)),
      entry("keys and values", "kv-bytes", bytes(model.kvBytes)),
    ),
    html(
      "p",
      { class: "note" },
      timings === undefined
        ? "Speeds are measured as soon as it writes."
        : model.traced
          ? "Measured in this tab, with every number drawn here recorded on the way."
          : "Measured in this tab.",
    ),
  );
}
