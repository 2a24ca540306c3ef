// The public types of `onehead/tasks`.

import type { Generation, LoadOptions, Token, TraceOptions } from "../types.js";

/** What {@link loadTiny} takes: everything that `load` takes, and the model's own address. */
export interface LoadTinyOptions extends LoadOptions {
  /** Where the file lies; default: the one of the package `onehead-tiny`. */
  url?: string | URL | undefined;
}

export interface TranslateOptions {
  signal?: AbortSignal | undefined;
  /** Tokens of one sentence's translation (or of the answer), at most. Default: what the context leaves. */
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

export interface ClassifyOptions {
  signal?: AbortSignal | undefined;
  /** Choose among these alone. Default: all that the model has, which `taskLayout(model, "classify").labels` names. */
  labels?: readonly string[] | undefined;
}

export interface Classification {
  /** The likeliest. */
  readonly label: string;
  readonly probability: number;
  /** All that were to choose from, likeliest first. Their probabilities sum to 1. */
  readonly classes: readonly { readonly label: string; readonly probability: number }[];
  /** The whole prompt, and the half-open range of it that is the text; a trace has their texts. */
  readonly promptIds: readonly number[];
  readonly textRange: readonly [begin: number, end: number];
}

/** As {@link TranslateOptions}, for the one answer. */
export type AnswerOptions = TranslateOptions;

export interface Answer {
  /** The model's words; undefined where it says that the passage has no answer. */
  readonly text: string | undefined;
  /**
   * Where the passage as it was given has these words: half-open ranges of UTF-16 units, as `slice` takes them. All of
   * them, from the first on; none where the words are the model's own.
   */
  readonly places: readonly (readonly [begin: number, end: number])[];
  /** The model's probability of these words (or of there being no answer) as they stand, without how they end. */
  readonly probability: number;
  readonly finishReason: "eos" | "maxTokens" | "context";
  /** The whole prompt, and the half-open ranges of it that are passage and question; a trace has their texts. */
  readonly promptIds: readonly number[];
  readonly passageRange: readonly [begin: number, end: number];
  readonly questionRange: readonly [begin: number, end: number];
}

/** A running answer. Iterate it (nothing comes where there is no answer) or take only `result()`. */
export interface Answering extends AsyncIterable<Token> {
  result(): Promise<Answer>;
  textStream: Generation["textStream"];
}
