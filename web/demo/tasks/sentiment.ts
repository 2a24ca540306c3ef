// Sentiment: how likely the model holds each label of a text to be, and which words it read for that.

import { html } from "lit";
import { type Classification, classify, taskLayout } from "onehead/tasks";
import { percent } from "../models/words";
import { classBars } from "./class_bars";
import { type Task, tokenId } from "./task";

export const sentiment: Task<Classification> = {
  name: "classify",
  title: "Sentiment",
  heading: "Sentiment",
  fields: [{ name: "text", label: "English text", rows: 3 }],
  examples: [
    { text: "What a lovely film! I laughed and cried." },
    { text: "The soup was cold and the waiter was rude." },
    { text: "The cat purrs." },
    { text: "The quick brown fox jumps over the lazy dog." },
  ],
  exampleLabel: ({ text = "" }) => text,
  beginning: true,
  pictures: { reading: true, candidates: true },
  async run(model, { text = "" }, { signal, show }) {
    const result = await classify(model, text, { signal });
    show(result);
    const { labels = [], labelTokens = [] } = taskLayout(model, "classify");
    const said = await tokenId(model, labelTokens[labels.indexOf(result.label)] ?? "");
    const { promptIds, textRange } = result;
    return {
      result,
      parts: [{ name: "Text", range: textRange }],
      ...(said !== undefined && { text: { ids: [...promptIds, said], border: promptIds.length } }),
    };
  },
  view: ({ label, classes }) => html`
    <p class="said" data-label=${label}>${label}</p>
    ${classBars(classes, { document })}
  `,
  plain: ({ label, probability }) => `${label}, ${percent(probability)}`,
};
