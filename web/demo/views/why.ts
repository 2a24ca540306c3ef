// What sharing is good for, and what it costs, with the model's own number.

import { numberWord } from "../models/words";
import { builder, type ViewOptions } from "./dom";
import type { HeadlineModel } from "./headline";

export function why({ nQueryHeads, nKvHeads }: HeadlineModel, options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  const times = numberWord(nQueryHeads / nKvHeads);
  return html(
    "p",
    { class: "why" },
    `To write one word, a model reads every key and value it has kept. With a slab for each head there would be ${times} ` +
      "times as much to keep and to read, so sharing makes room for longer texts and more of them at once. " +
      "The price is that all heads must make do with the same keys and values, which can cost some quality.",
  );
}
