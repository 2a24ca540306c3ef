// A running generation as the caller holds it. It starts at once; what arrives waits until it is taken.

import type { Call, Client } from "./client.js";
import type { WireResult, WireToken } from "./protocol.js";
import type { Generation, Result, Token } from "./types.js";

export interface GenerationSource {
  /** Sends the request. */
  start(onTokens: (tokens: WireToken[]) => void): Call<WireResult>;
  /** Ends it early. `position`: where the last delivered token leaves the session; undefined if none was delivered. */
  stop(id: number, position: number | undefined): void;
}

export function startGeneration(
  client: Client,
  signal: AbortSignal | undefined,
  source: GenerationSource,
): Generation {
  return new ClientGeneration(client, signal, source);
}

class ClientGeneration implements Generation {
  readonly #source: GenerationSource;
  readonly #signal: AbortSignal | undefined;
  readonly #startMs = performance.now();
  readonly #result: Promise<Result>;
  #call: Call<WireResult> | undefined;
  #queue: WireToken[] = [];
  #wake: (() => void) | undefined;
  #text = "";
  #tail = "";
  #firstMs: number | undefined;
  #taken = false;
  #delivered: number | undefined;
  #arrived: number | undefined;
  #end: { error?: unknown } | undefined;

  constructor(_client: Client, signal: AbortSignal | undefined, source: GenerationSource) {
    this.#source = source;
    this.#signal = signal;
    this.#result = this.#run();
    this.#result.catch(() => {}); // whoever iterates or asks for the result gets it
  }

  async #run(): Promise<Result> {
    const abort = () => this.#stop(this.#signal?.reason);
    try {
      this.#signal?.throwIfAborted();
      this.#call = this.#source.start((tokens) => this.#receive(tokens));
      this.#signal?.addEventListener("abort", abort, { once: true });
      const end = await this.#call.answer;
      const totalMs = performance.now() - this.#startMs;
      this.#tail = end.tail;
      this.#text += end.tail;
      this.#finish({});
      return {
        text: this.#text,
        finishReason: end.finishReason,
        usage: { promptTokens: end.promptTokens, completionTokens: end.completionTokens },
        timings: {
          timeToFirstTokenMs: (this.#firstMs ?? performance.now()) - this.#startMs,
          totalMs,
          promptMs: end.promptMs,
          promptTokensPerSecond: end.promptMs > 0 ? (1000 * end.promptTokens) / end.promptMs : 0,
          ...(end.decodeSteps > 0 &&
            end.decodeMs > 0 && { tokensPerSecond: (1000 * end.decodeSteps) / end.decodeMs }),
        },
      };
    } catch (error) {
      this.#finish({ error });
      throw error;
    } finally {
      this.#signal?.removeEventListener("abort", abort);
    }
  }

  #receive(tokens: WireToken[]): void {
    this.#firstMs ??= performance.now();
    for (const token of tokens) {
      this.#text += token.text;
      this.#arrived = token.position;
      this.#queue.push(token);
    }
    this.#wake?.();
  }

  #finish(end: { error?: unknown }): void {
    this.#end ??= end;
    this.#wake?.();
  }

  /** Ends early: waiting ends with `reason`, and the session goes back to what was delivered. */
  #stop(reason: unknown): void {
    if (!this.#call) return;
    this.#finish({ error: reason });
    this.#queue = [];
    const call = this.#call;
    call.drop(reason);
    this.#source.stop(call.id, this.#taken ? this.#delivered : this.#arrived);
  }

  result(): Promise<Result> {
    return this.#result;
  }

  [Symbol.asyncIterator](): AsyncIterator<Token> {
    this.#take();
    return {
      next: async () => {
        const token = await this.#next();
        return token ? { done: false, value: token } : { done: true, value: undefined };
      },
      return: async () => {
        this.#leave();
        return { done: true, value: undefined };
      },
    };
  }

  textStream(): ReadableStream<string> {
    this.#take();
    return new ReadableStream<string>(
      {
        pull: async (controller) => {
          const token = await this.#next();
          const text = token ? token.text : this.#tail;
          if (text) controller.enqueue(text);
          if (!token) controller.close();
        },
        cancel: () => this.#leave(),
      },
      { highWaterMark: 0 },
    );
  }

  #take(): void {
    if (this.#taken) throw new TypeError("The tokens of a generation can be taken once.");
    this.#taken = true;
  }

  async #next(): Promise<Token | undefined> {
    for (;;) {
      const wire = this.#queue.shift();
      if (wire) {
        const { position, ...token } = wire;
        this.#delivered = position;
        return token;
      }
      if (this.#end) {
        if ("error" in this.#end) throw this.#end.error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  // Left before the end, by `break` or by cancelling the stream.
  #leave(): void {
    const finished = this.#end && this.#queue.length === 0;
    if (!finished) this.#stop(new DOMException("The generation was left before its end.", "AbortError"));
  }
}
