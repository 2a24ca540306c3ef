// Translation: sentence by sentence, each a prompt of its own, streamed as one.

import { OneheadError } from "../errors.js";
import { checkOptions, generateOptionChecks } from "../options.js";
import { iterate, leftEarly, Queue, streamTexts } from "../queue.js";
import type { Model, Result } from "../types.js";
import { fillPrompt, taskLayout } from "./layout.js";
import { normaliseText, splitSentences } from "./sentences.js";
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
  const { signal, maxTokens, beams, lengthPenalty, candidates, trace, ablate } = generateOptionChecks;
  const checked = checkOptions<TranslateOptions>(
    options,
    { signal, maxTokens, beams, lengthPenalty, candidates, trace, ablate },
    "translate",
  );
  if (typeof text !== "string") throw new OneheadError("bad-argument", "translate takes a text.");
  return new RunningTranslation(model, text, checked);
}

class RunningTranslation implements Translation {
  readonly #queue = new Queue<TranslationToken>();
  readonly #stop = new AbortController();
  readonly #result: Promise<TranslationResult>;
  #taken = false;

  constructor(model: Model, text: string, options: TranslateOptions) {
    this.#result = this.#run(model, text, options);
    this.#result.catch(() => {}); // whoever iterates or asks for the result gets it
  }

  async #run(model: Model, text: string, options: TranslateOptions): Promise<TranslationResult> {
    const startMs = performance.now();
    const { signal, ...generate } = options;
    const abort = () => this.#stop.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      signal?.throwIfAborted();
      let firstMs: number | undefined;
      const sentences: TranslatedSentence[] = [];
      const results: Result[] = [];
      for (const { ids, sentence } of await this.#read(model, text)) {
        const tokens: TranslationToken[] = [];
        const generation = model.generate(ids, { ...generate, signal: this.#stop.signal });
        for await (const token of generation) {
          firstMs ??= performance.now();
          const lead = tokens.length === 0 ? sentence.separator : "";
          const own = { ...token, text: lead + token.text, sentence };
          tokens.push(own);
          this.#queue.push(own);
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
      this.#queue.finish({});
      const totalMs = performance.now() - startMs;
      return {
        text: sentences.map(({ separator, tokens, text }) => (tokens.length > 0 ? separator : "") + text).join(""),
        sentences,
        timings: { timeToFirstTokenMs: (firstMs ?? startMs + totalMs) - startMs, totalMs, ...sum(results) },
      };
    } catch (error) {
      this.#queue.finish({ error });
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** All sentences as prompts, before any is translated: what is too long is said at once. */
  async #read(model: Model, text: string): Promise<{ ids: readonly number[]; sentence: SourceSentence }[]> {
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

  result(): Promise<TranslationResult> {
    return this.#result;
  }

  [Symbol.asyncIterator](): AsyncIterator<TranslationToken> {
    this.#take();
    return iterate(
      () => this.#queue.next(),
      () => this.#leave(),
    );
  }

  textStream(): ReadableStream<string> {
    this.#take();
    return streamTexts(
      () => this.#queue.next(),
      () => this.#leave(),
      () => "",
    );
  }

  #take(): void {
    if (this.#taken) throw new TypeError("The tokens of a translation can be taken once.");
    this.#taken = true;
  }

  #leave(): void {
    if (!this.#queue.isDone) this.#stop.abort(leftEarly("translation"));
  }
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
