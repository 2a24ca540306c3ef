// A page's text to entries as they grow. If one sentence cannot be had, it says why in its own place.

import type { Model } from "onehead";
import type { Entry } from "../models/frame";
import { captureRuns } from "./capture";
import { coarseSentences } from "./sentences";

export interface TranslateTextOptions {
  readonly signal: AbortSignal;
  /** A sentence for a failure that concerns one sentence only; undefined passes the failure on. */
  readonly explain: (error: unknown) => string | undefined;
  /** Waits before a step is shown, so that the eye can follow. */
  readonly pace: () => Promise<void>;
}

/** The entries of a text, again after every step. */
export async function* translateText(
  model: Model,
  text: string,
  options: TranslateTextOptions,
): AsyncGenerator<Entry[]> {
  const { signal, explain, pace } = options;
  try {
    for await (const runs of captureRuns(model, text, signal)) {
      yield runs.map((run) => ({ source: run.source, run }));
      await pace();
      signal.throwIfAborted();
    }
  } catch (error) {
    const notice = signal.aborted ? undefined : explain(error);
    if (notice === undefined) throw error;
    const sentences = coarseSentences(text);
    if (sentences.length < 2) yield [{ source: text, notice }];
    else yield* oneByOne(model, sentences, options);
  }
}

async function* oneByOne(
  model: Model,
  sentences: readonly string[],
  options: TranslateTextOptions,
): AsyncGenerator<Entry[]> {
  const done: Entry[] = [];
  for (const sentence of sentences) {
    let own: Entry[] = [];
    for await (own of translateText(model, sentence, options)) yield [...done, ...own];
    done.push(...own);
  }
}
