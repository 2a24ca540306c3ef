// Classification: not a generated word, but how likely the model holds the token of each label to be.

import { OneheadError } from "../errors.js";
import { checkOptions, signalChecks } from "../options.js";
import type { Model } from "../types.js";
import { controlToken, fillPrompt, type TaskLayout, taskLayout } from "./layout.js";
import { normaliseText } from "./sentences.js";
import type { Classification, ClassifyOptions } from "./types.js";

/**
 * Says which of its labels (sentiments, for instance) the model gives a text, and how sure it is of each.
 *
 * Rejects with `empty-prompt` where there is no text, `context-full` where it is longer than the model reads,
 * `unsupported-model` where the model was not made for this.
 * @example
 * ```ts
 * const { label, probability } = await classify(model, "What a lovely film!");
 * ```
 */
export async function classify(model: Model, text: string, options?: ClassifyOptions): Promise<Classification> {
  const { signal, labels } = checkOptions<ClassifyOptions>(
    options,
    {
      ...signalChecks,
      labels: (value) => (Array.isArray(value) && value.length > 0 ? undefined : "a list of labels"),
    },
    "classify",
  );
  if (typeof text !== "string") throw new OneheadError("bad-argument", "classify takes a text.");
  signal?.throwIfAborted();
  const layout = taskLayout(model, "classify");
  const chosen = chosenLabels(layout, labels);
  const words = normaliseText(text);
  if (words === "") throw new OneheadError("empty-prompt", "There is nothing to classify: the text is empty.");
  const { ids, ranges } = await fillPrompt(model, layout.prompt, { text: words });
  const tokens = await Promise.all(chosen.map(async ({ token }) => [await controlToken(model, token)]));
  const scores = await model.score(ids, tokens, { signal });
  const weights = scores.map(({ logprob }) => Math.exp(logprob - Math.max(...scores.map((score) => score.logprob))));
  const sum = weights.reduce((a, b) => a + b);
  const classes = chosen
    .map(({ label }, i) => ({ label, probability: (weights[i] as number) / sum }))
    .sort((a, b) => b.probability - a.probability);
  return { ...(classes[0] as (typeof classes)[0]), classes, promptIds: ids, textRange: ranges.text ?? [0, 0] };
}

function chosenLabels(layout: TaskLayout, wanted: readonly string[] | undefined): { label: string; token: string }[] {
  const { labels = [], labelTokens = [] } = layout;
  if (labels.length === 0 || labels.length !== labelTokens.length) {
    throw new OneheadError("unsupported-model", "This model's file does not say which token stands for which label.");
  }
  return [...new Set(wanted ?? labels)].map((label) => {
    const token = labelTokens[labels.indexOf(label)];
    if (token === undefined) {
      throw new OneheadError("bad-argument", `classify: there is no label "${label}"; there are ${labels.join(", ")}.`);
    }
    return { label, token };
  });
}
