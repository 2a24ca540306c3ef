// A task that runs: it starts at once; what it gives waits until it is taken, or only its result is.

import { iterate, leftEarly, Queue, streamTexts } from "../queue.js";

/** What a task is given to run with: where its tokens go, and the signal that it stops at. */
export interface TaskLine<T> {
  push(token: T): void;
  readonly signal: AbortSignal;
}

export class RunningTask<T extends { text: string }, R> implements AsyncIterable<T> {
  readonly #queue = new Queue<T>();
  readonly #stop = new AbortController();
  readonly #result: Promise<R>;
  readonly #what: string;
  #taken = false;

  /** `what` names it where a sentence is said of it. */
  constructor(what: string, signal: AbortSignal | undefined, run: (line: TaskLine<T>) => Promise<R>) {
    this.#what = what;
    this.#result = this.#run(signal, run);
    this.#result.catch(() => {}); // whoever iterates or asks for the result gets it
  }

  async #run(signal: AbortSignal | undefined, run: (line: TaskLine<T>) => Promise<R>): Promise<R> {
    const abort = () => this.#stop.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      signal?.throwIfAborted();
      const result = await run({ push: (token) => this.#queue.push(token), signal: this.#stop.signal });
      this.#queue.finish({});
      return result;
    } catch (error) {
      this.#queue.finish({ error });
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  result(): Promise<R> {
    return this.#result;
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
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
    if (this.#taken) throw new TypeError(`The tokens of a ${this.#what} can be taken once.`);
    this.#taken = true;
  }

  #leave(): void {
    if (!this.#queue.isDone) this.#stop.abort(leftEarly(this.#what));
  }
}
