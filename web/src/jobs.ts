// The four kinds of work that read tokens: append, generate, score, trace.

import type { Engine, RowOutput } from "./engine.js";
import { OneheadError } from "./errors.js";
import type { SessionState, WireGenerate, WireResult, WireToken } from "./protocol.js";
import { RowFlag } from "./raw_engine.js";
import type { Job } from "./scheduler.js";
import type { Sequence } from "./sequence.js";
import { TextGate } from "./text_gate.js";
import type { TraceTap } from "./trace.js";
import type { Result, Score, Trace, TracedToken } from "./types.js";

/** How a job ends. */
export interface Outcome<T> {
  done(value: T): void;
  fail(error: unknown): void;
}

export abstract class ReadingJob<T> implements Job {
  readonly nCandidates: number = 0;
  readonly tap: TraceTap | undefined = undefined;
  readonly engine: Engine;
  readonly sequence: Sequence;
  readonly outcome: Outcome<T>;

  constructor(engine: Engine, sequence: Sequence, outcome: Outcome<T>) {
    this.engine = engine;
    this.sequence = sequence;
    this.outcome = outcome;
  }

  flags(_position: number): number {
    return 0;
  }
  target(_position: number): number {
    return 0;
  }
  accept(_position: number, _output: RowOutput): void {}
  fail(error: unknown): void {
    this.outcome.fail(error);
  }
  flush(): void {}
  abstract advance(): boolean;

  /** Everything read. */
  protected get caughtUp(): boolean {
    return this.sequence.cached === this.sequence.ids.length;
  }
}

/** Reads tokens into the cache and answers nothing. */
export class AppendJob extends ReadingJob<SessionState> {
  advance(): boolean {
    if (!this.caughtUp) return false;
    this.outcome.done(this.sequence.state);
    return true;
  }
}

/** A token and what comes with it, before its text is certain. */
interface Pending extends WireToken {
  partial: boolean;
}

/** An answer that a search has found, and the moments at which it began and had read the prompt. */
export interface Found {
  /** With the token that ends it, if one does. */
  ids: readonly number[];
  startMs: number;
  firstMs: number;
}

/** Chooses the tokens that follow the prompt one by one; or reads an answer that was found, as if it chose it. */
export class GenerateJob extends ReadingJob<WireResult> {
  override readonly nCandidates: number;
  override readonly tap: TraceTap | undefined;
  readonly #options: WireGenerate;
  readonly #begin: number;
  readonly #promptEnd: number;
  readonly #promptTokens: number;
  readonly #contextLength: number;
  readonly #gate: TextGate<Pending>;
  readonly #send: (tokens: WireToken[]) => void;
  #outbox: WireToken[] = [];
  #nChosen = 0;
  #nSteps = 0;
  #nReleased = 0;
  #traced: number;
  readonly #firstTraced: number;
  #finish: Result["finishReason"] | undefined;
  readonly #found: readonly number[] | undefined;
  readonly #startMs: number;
  #firstMs: number | undefined;
  #lastMs = 0;

  get #wantsLogprob(): boolean {
    return this.#options.logprobs || this.nCandidates > 0;
  }

  /** Where the session stands if the generation ends here: at the last released token, or where it began. */
  get standing(): number {
    return this.#nReleased > 0 ? this.#promptEnd + this.#nReleased : this.#begin;
  }

  /** The prompt stands in `sequence.ids` from `begin` on. */
  constructor(
    engine: Engine,
    sequence: Sequence,
    options: WireGenerate,
    more: {
      begin: number;
      contextLength: number;
      tap: TraceTap | undefined;
      send: (tokens: WireToken[]) => void;
      found: Found | undefined;
    },
    outcome: Outcome<WireResult>,
  ) {
    super(engine, sequence, outcome);
    this.#options = options;
    this.#begin = more.begin;
    this.#promptEnd = sequence.ids.length;
    // After going far back, what stays is read again. A token that waited to be read is part of no prompt.
    const again = sequence.cached < more.begin - 1 ? more.begin - sequence.cached : 0;
    this.#promptTokens = again + this.#promptEnd - this.#begin;
    this.#contextLength = more.contextLength;
    // What is read again after going far back is not part of it.
    this.#traced = Math.max(sequence.cached, more.begin - 1);
    this.#firstTraced = this.#traced;
    this.#gate = new TextGate(options.stop);
    this.#send = more.send;
    this.#found = more.found?.ids;
    this.#startMs = more.found?.startMs ?? performance.now();
    this.#firstMs = more.found?.firstMs;
    // All but the last: that one is pending then, or is the end.
    for (const id of this.#found?.slice(0, -1) ?? []) sequence.ids.push(id);
    this.nCandidates = options.candidates;
    this.tap = more.tap;
  }

  override flags(position: number): number {
    const chooses = position >= this.#promptEnd - 1;
    const traced =
      this.tap?.wantsRows && (chooses || (this.#options.trace?.queries === "all" && position >= this.#firstTraced));
    const sample = this.#wantsLogprob ? RowFlag.sample : RowFlag.sample | RowFlag.skipLogprob;
    const found = chooses && this.#found ? RowFlag.score : 0;
    return (chooses ? sample : 0) | found | (traced ? RowFlag.trace : 0);
  }

  override target(position: number): number {
    return this.#found?.[position + 1 - this.#promptEnd] as number;
  }

  override accept(position: number, output: RowOutput): void {
    if (this.#finish) return; // a stop string, within an answer that was found
    this.#lastMs = performance.now();
    this.#firstMs ??= this.#lastMs;
    ++this.#nSteps;
    if (this.engine.isEnd(output.id)) {
      this.#finish = "eos";
      return;
    }
    const { ids } = this.sequence;
    if (ids.length === position + 1) ids.push(output.id);
    const token: Pending = {
      id: output.id,
      text: output.text,
      index: this.#nChosen++,
      ...(this.#wantsLogprob && { logprob: output.logprob }),
      position: position + 2,
      partial: output.text === "" && !this.engine.isControl(output.id),
      ...(this.nCandidates > 0 && { candidates: output.candidates }),
      ...(this.tap && { trace: this.#collect(this.tap, position + 1) }),
    };
    this.#release(this.#gate.push(token, token.partial));
    if (this.#gate.stopped) this.#finish = "stop";
    else if (this.#nChosen === this.#options.maxTokens) this.#finish = "maxTokens";
    else if (position + 2 === this.#contextLength) this.#finish = "context";
  }

  #collect(tap: TraceTap, end: number): Trace {
    const begin = this.#traced;
    this.#traced = end;
    const tokens = tracedTokens(this.engine, this.sequence.ids.slice(begin, end));
    return tap.collect(begin, end, tokens);
  }

  #release(tokens: readonly Pending[]): void {
    for (const { partial: _, ...token } of tokens) this.#outbox.push(token);
    this.#nReleased += tokens.length;
  }

  override advance(): boolean {
    if (!this.#finish) return false;
    const rest = this.#gate.finish(this.engine.flushText(this.sequence.handle));
    this.#release(rest.tokens);
    if (this.#gate.stopped) this.#finish = "stop";
    // What a stop string swallowed was never delivered.
    this.sequence.truncate(this.#promptEnd + this.#nReleased);
    this.flush();
    this.outcome.done({
      finishReason: this.#finish,
      tail: rest.tail,
      promptTokens: this.#promptTokens,
      completionTokens: this.#nReleased,
      promptMs: (this.#firstMs ?? this.#lastMs) - this.#startMs,
      decodeMs: this.#lastMs - (this.#firstMs ?? this.#lastMs),
      decodeSteps: this.#nSteps - 1,
      state: this.sequence.state,
    });
    return true;
  }

  override flush(): void {
    if (this.#outbox.length === 0) return;
    this.#send(this.#outbox);
    this.#outbox = [];
  }
}

/** The log-probability of each token of `all` from `begin` on. The sequence holds `all` but its last token. */
export class ScoreJob extends ReadingJob<Score> {
  readonly #all: readonly number[];
  readonly #begin: number;
  readonly #tokens: { id: number; text: string; logprob: number }[] = [];

  constructor(engine: Engine, sequence: Sequence, all: readonly number[], begin: number, outcome: Outcome<Score>) {
    super(engine, sequence, outcome);
    this.#all = all;
    this.#begin = begin;
  }

  override flags(position: number): number {
    return position + 1 >= this.#begin ? RowFlag.score : 0;
  }

  override target(position: number): number {
    return this.#all[position + 1] as number;
  }

  override accept(_position: number, output: RowOutput): void {
    this.#tokens.push({ id: output.id, text: "", logprob: output.logprob });
  }

  advance(): boolean {
    if (!this.caughtUp) return false;
    const ids = this.#tokens.map(({ id }) => id);
    tracedTokens(this.engine, ids).forEach(({ text }, i) => {
      (this.#tokens[i] as { text: string }).text = text;
    });
    const logprob = this.#tokens.reduce((sum, token) => sum + token.logprob, 0);
    this.outcome.done({ logprob, tokens: this.#tokens });
    return true;
  }
}

export class TraceJob extends ReadingJob<Trace> {
  override readonly tap: TraceTap;
  readonly #begin: number;
  readonly #asks: (position: number) => boolean;

  constructor(
    engine: Engine,
    sequence: Sequence,
    tap: TraceTap,
    /** The traced text begins at `begin`; what stands before is its past. */
    { begin, asks }: { begin: number; asks: (position: number) => boolean },
    outcome: Outcome<Trace>,
  ) {
    super(engine, sequence, outcome);
    this.tap = tap;
    this.#begin = begin;
    this.#asks = asks;
  }

  override flags(position: number): number {
    return this.tap.wantsRows && this.#asks(position) ? RowFlag.trace : 0;
  }

  advance(): boolean {
    if (!this.caughtUp) return false;
    const { ids } = this.sequence;
    const tokens = tracedTokens(this.engine, ids.slice(this.#begin));
    this.outcome.done(this.tap.collect(this.#begin, ids.length, tokens));
    return true;
  }
}

/** Tokens with their texts; a character made of several comes with its last one. */
export function tracedTokens(engine: Engine, ids: readonly number[]): TracedToken[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return ids.map((id) => {
    const control = engine.isControl(id);
    const text = control ? engine.tokenText(id) : decoder.decode(engine.tokenBytes(id), { stream: true });
    return { id, text, control };
  });
}

/** A prompt (or a prompt and one token) must fit. */
export function requireRoom(n: number, contextLength: number, what: string): void {
  if (n > contextLength) {
    throw new OneheadError(
      "context-full",
      `${what} needs ${n} positions, and the context has ${contextLength}. Shorten the text, or load with a larger contextLength if the model allows it.`,
    );
  }
}
