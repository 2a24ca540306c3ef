// The public types of `onehead/tasks`.

import type { Generation, LoadOptions, Token, TraceOptions } from "../types.js";

/** What {@link loadTiny} takes: everything that `load` takes, and the model's own address. */
export interface LoadTinyOptions extends LoadOptions {
  /** Where the file lies; default: the one of the package `onehead-tiny`. */
  url?: string | URL | undefined;
}

export interface TranslateOptions {
  signal?: AbortSignal | undefined;
  /** Tokens of one sentence's translation, at most. Default: what the context leaves. */
  maxTokens?: number | undefined;
  /** Above 1: follow so many translations at once and take the likeliest; better, and several times the work. */
  beams?: number | undefined;
  /** Above 1 favours longer translations, below 1 shorter ones; with `beams`. Default 1. */
  lengthPenalty?: number | undefined;
  /** Give each token the n likeliest alternatives. */
  candidates?: number | undefined;
  /** Give each token the trace of the step that chose it. */
  trace?: TraceOptions | undefined;
  ablate?: readonly { layer: number; head: number }[] | undefined;
}

/** One sentence as the model reads it. */
export interface SourceSentence {
  readonly index: number;
  /** As it was typed. */
  readonly source: string;
  /** Everything between the sentence before and this one. */
  readonly separator: string;
  /** The whole prompt, control tokens and sentence; a trace of its first token has their texts. */
  readonly promptIds: readonly number[];
  /** Of `promptIds`, the half-open range [begin, end) that is the sentence. */
  readonly sourceRange: readonly [begin: number, end: number];
}

export interface TranslationToken extends Token {
  readonly sentence: SourceSentence;
}

export interface TranslatedSentence extends SourceSentence {
  readonly text: string;
  readonly tokens: readonly TranslationToken[];
  readonly finishReason: "eos" | "maxTokens" | "context";
}

export interface TranslationResult {
  readonly text: string;
  readonly sentences: readonly TranslatedSentence[];
  readonly timings: {
    /** From the call to the first token's arrival. */
    readonly timeToFirstTokenMs: number;
    readonly totalMs: number;
    readonly promptTokens: number;
    readonly completionTokens: number;
    /** Tokens after each sentence's first, by the time they took in the engine. Absent where there are none. */
    readonly tokensPerSecond?: number;
  };
}

/** A running translation. Iterate it or take only `result()`; joining the tokens' texts gives the result's text. */
export interface Translation extends AsyncIterable<TranslationToken> {
  result(): Promise<TranslationResult>;
  textStream: Generation["textStream"];
}
