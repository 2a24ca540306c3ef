// Stories: a beginning that the model goes on with, word by word.

import { html, nothing } from "lit";
import { complete } from "onehead/tasks";
import type { Ran, Task } from "./task";

export interface Told {
  readonly given: string;
  readonly added: string;
}

/** The likeliest words alone make a small model repeat itself; unlikely ones lead it astray. */
const SAMPLING = { temperature: 0.7, topP: 0.9, maxTokens: 200 };
const ENDS = { maxTokens: "Stopped after 200 tokens.", context: "The model's context is full." } as const;

export const stories: Task<Told> = {
  name: "complete",
  title: "Stories",
  heading: "Story",
  fields: [{ name: "text", label: "How it begins", rows: 3, optional: true }],
  examples: [
    { text: "Once upon a time, there was a little cat." },
    { text: "The quick brown fox jumps over the lazy dog." },
    { text: "One day, Tom found a big red ball." },
    { text: "" },
  ],
  exampleLabel: ({ text = "" }) => text || "From nothing",
  starts: {
    label: "Tell",
    next: (values) => ({ ...values, seed: String((Number(values.seed) || 1) + 1) }),
    nextLabel: "Tell another",
  },
  beginning: false,
  pictures: { candidates: true, speed: true },
  async run(model, { text = "", seed }, { signal, recording, take, show }): Promise<Ran<Told>> {
    let added = "";
    show({ given: text, added });
    const story = complete(model, text, { ...SAMPLING, seed: Number(seed) || 1, ...recording, signal });
    for await (const token of story) {
      take(token);
      added += token.text;
      show({ given: text, added });
    }
    const { text: whole, finishReason, timings } = await story.result();
    const result = { given: text, added: whole };
    show(result);
    const remark = finishReason === "maxTokens" || finishReason === "context" ? ENDS[finishReason] : undefined;
    return { result, timings, remark };
  },
  view: ({ given, added }, busy) =>
    html`<p class="told" lang="en" data-story><span class="given">${given}</span><span>${added}</span>${
      busy ? html`<span class="pen" aria-hidden="true"></span>` : nothing
    }</p>`,
  plain: ({ given, added }) => given + added,
};
