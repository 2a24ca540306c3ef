// A running generation as the caller holds it. It starts at once; what arrives waits until it is taken.

import type { Call } from "./client.js";
import type { WireResult, WireToken } from "./protocol.js";
import { iterate, leftEarly, Queue, streamTexts } from "./queue.js";
import type { Generation, Result, Token } from "./types.js";

export interface GenerationSource {
  /** What has to be done before; `cancel` ends the generation while that goes on. */
  prepare?(cancel: (reason: unknown) => void): Promise<void>;
  /** It was prepared, and will not start. */
  giveUp?(): void;
  /** Sends the request. */
  start(onTokens: (tokens: WireToken[]) => void): Call<WireResult>;
  /** Ends it early. `position`: where the last delivered token leaves the session; undefined if none was delivered. */
  stop(id: number, position: number | undefined): void;
}

export class ClientGeneration implements Generation {
  readonly #source: GenerationSource;
  readonly #signal: AbortSignal | undefined;
  readonly #startMs = performance.now();
  readonly #result: Promise<Result>;
  readonly #queue = new Queue<WireToken>();
  #call: Call<WireResult> | undefined;
  #cancel: ((reason: unknown) => void) | undefined;
  #text = "";
  #tail = "";
  #firstMs: number | undefined;
  #taken = false;
  /** Where the session stands after the last token that was taken, or that came in. */
  #delivered: number | undefined;
  #arrived: number | undefined;

  constructor(signal: AbortSignal | undefined, source: GenerationSource) {
    this.#source = source;
    this.#signal = signal;
    this.#result = this.#run();
    this.#result.catch(() => {}); // whoever iterates or asks for the result gets it
  }

  async #run(): Promise<Result> {
    const abort = () => this.#stop(this.#signal?.reason);
    try {
      this.#signal?.throwIfAborted();
      this.#signal?.addEventListener("abort", abort, { once: true });
      if (this.#source.prepare) await this.#prepare(this.#source.prepare);
      this.#call = this.#source.start((tokens) => this.#receive(tokens));
      const end = await this.#call.answer;
      const totalMs = performance.now() - this.#startMs;
      this.#tail = end.tail;
      this.#text += end.tail;
      this.#queue.finish({});
      return {
        text: this.#text,
        finishReason: end.finishReason,
        usage: { promptTokens: end.promptTokens, completionTokens: end.completionTokens },
        timings: {
          timeToFirstTokenMs: this.#firstMs === undefined ? totalMs : this.#firstMs - this.#startMs,
          totalMs,
          promptMs: end.promptMs,
          ...perSecond("promptTokensPerSecond", end.promptTokens, end.promptMs),
          ...perSecond("tokensPerSecond", end.decodeSteps, end.decodeMs),
        },
      };
    } catch (error) {
      if (!this.#call) this.#source.giveUp?.();
      this.#queue.finish({ error });
      throw error;
    } finally {
      this.#signal?.removeEventListener("abort", abort);
    }
  }

  #prepare(prepare: NonNullable<GenerationSource["prepare"]>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#cancel = reject;
      prepare(reject).then(resolve, reject);
    });
  }

  #receive(tokens: WireToken[]): void {
    this.#firstMs ??= performance.now();
    for (const token of tokens) {
      this.#text += token.text;
      this.#arrived = token.position;
      this.#queue.push(token);
    }
  }

  /** Ends early: waiting ends with `reason`, and the session goes back to what was delivered. */
  #stop(reason: unknown): void {
    this.#cancel?.(reason);
    if (!this.#call) return;
    this.#queue.clear();
    this.#queue.finish({ error: reason });
    this.#call.drop(reason);
    this.#source.stop(this.#call.id, this.#taken ? this.#delivered : this.#arrived);
  }

  result(): Promise<Result> {
    return this.#result;
  }

  [Symbol.asyncIterator](): AsyncIterator<Token> {
    this.#take();
    return iterate(
      () => this.#next(),
      () => this.#leave(),
    );
  }

  textStream(): ReadableStream<string> {
    this.#take();
    return streamTexts(
      () => this.#next(),
      () => this.#leave(),
      () => this.#tail,
    );
  }

  #take(): void {
    if (this.#taken) throw new TypeError("The tokens of a generation can be taken once.");
    this.#taken = true;
  }

  async #next(): Promise<Token | undefined> {
    const wire = await this.#queue.next();
    if (!wire) return undefined;
    const { position, ...token } = wire;
    this.#delivered = position;
    return token;
  }

  // Left before the end, by `break` or by cancelling the stream.
  #leave(): void {
    if (!this.#queue.isDone) this.#stop(leftEarly("generation"));
  }
}

/** A rate, where there is something to measure. */
function perSecond<N extends string>(name: N, n: number, ms: number): { [K in N]?: number } {
  return n > 0 && ms > 0 ? ({ [name]: (1000 * n) / ms } as { [K in N]?: number }) : {};
}
