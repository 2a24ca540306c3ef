// Translation: sentence by sentence, each a prompt of its own, streamed as one.

import { OneheadError } from "../errors.js";
import type { Model, Result } from "../types.js";
import { fillPrompt, taskLayout } from "./layout.js";
import { RunningTask, type TaskLine } from "./running.js";
import { normaliseText, splitSentences } from "./sentences.js";
import { checkTaskOptions } from "./task_options.js";
import type {
  SourceSentence,
  TranslatedSentence,
  TranslateOptions,
  Translation,
  TranslationResult,
  TranslationToken,
} from "./types.js";

/**
 * Translates a text with a model made for it (`loadTiny()` loads one). Starts at once.
 *
 * Rejects with `empty-prompt` where there is no word to translate, `context-full` where a sentence is longer than
 * the model reads, `unsupported-model` where the model is no translator.
 * @example
 * ```ts
 * for await (const token of translate(model, "The cat purrs.")) out.append(token.text);
 * ```
 */
export function translate(model: Model, text: string, options?: TranslateOptions): Translation {
  const { signal: stop, ...generate } = checkTaskOptions(options, "translate");
  if (typeof text !== "string") throw new OneheadError("bad-argument", "translate takes a text.");
  return new RunningTask("translation", stop, (line) => translateSentences(model, text, generate, line));
}

async function translateSentences(
  model: Model,
  text: string,
  options: Omit<TranslateOptions, "signal">,
  { push, signal }: TaskLine<TranslationToken>,
): Promise<TranslationResult> {
  const startMs = performance.now();
  let firstMs: number | undefined;
  const sentences: TranslatedSentence[] = [];
  const results: Result[] = [];
  for (const { ids, sentence } of await readSentences(model, text)) {
    const tokens: TranslationToken[] = [];
    const generation = model.generate(ids, { ...options, signal });
    for await (const token of generation) {
      firstMs ??= performance.now();
      const lead = tokens.length === 0 ? sentence.separator : "";
      const own = { ...token, text: lead + token.text, sentence };
      tokens.push(own);
      push(own);
    }
    const result = await generation.result();
    results.push(result);
    sentences.push({
      ...sentence,
      text: result.text,
      tokens,
      // There are no stop strings that could be the reason.
      finishReason: result.finishReason as TranslatedSentence["finishReason"],
    });
  }
  const totalMs = performance.now() - startMs;
  return {
    text: sentences.map(({ separator, tokens, text }) => (tokens.length > 0 ? separator : "") + text).join(""),
    sentences,
    timings: { timeToFirstTokenMs: (firstMs ?? startMs + totalMs) - startMs, totalMs, ...sum(results) },
  };
}

/** All sentences as prompts, before any is translated: what is too long is said at once. */
async function readSentences(
  model: Model,
  text: string,
): Promise<{ ids: readonly number[]; sentence: SourceSentence }[]> {
  const layout = taskLayout(model, "translate");
  const limit = layout.maxSourceTokens ?? model.info.contextLength;
  const parts = splitSentences(text);
  if (parts.length === 0) {
    throw new OneheadError("empty-prompt", "There is nothing to translate: the text has no words.");
  }
  return Promise.all(
    parts.map(async ({ source, separator }, index) => {
      const { ids, ranges } = await fillPrompt(model, layout.prompt, { text: normaliseText(source) });
      const [begin, end] = ranges.text ?? [0, ids.length];
      if (end - begin > limit) {
        throw new OneheadError(
          "context-full",
          `Sentence ${index + 1} ("${source.slice(0, 40)}…") is too long: it has ${end - begin} tokens, and this model reads at most ${limit}. Split it in two.`,
        );
      }
      return { ids, sentence: { index, source, separator, promptIds: ids, sourceRange: [begin, end] as const } };
    }),
  );
}

/** Counts and rate over all sentences. */
function sum(results: readonly Result[]): Omit<TranslationResult["timings"], "timeToFirstTokenMs" | "totalMs"> {
  let promptTokens = 0;
  let completionTokens = 0;
  let timedTokens = 0;
  let seconds = 0;
  for (const { usage, timings } of results) {
    promptTokens += usage.promptTokens;
    completionTokens += usage.completionTokens;
    if (timings.tokensPerSecond !== undefined) {
      timedTokens += usage.completionTokens;
      seconds += usage.completionTokens / timings.tokensPerSecond;
    }
  }
  return { promptTokens, completionTokens, ...(seconds > 0 && { tokensPerSecond: timedTokens / seconds }) };
}
