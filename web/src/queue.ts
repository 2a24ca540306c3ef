// What arrives on one side and is taken on the other: tokens between the engine and a `for await` loop.

export class Queue<T> {
  #items: T[] = [];
  #end: { error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** Nothing comes any more; with an error, taking fails once the queue is empty. Only the first call counts. */
  finish(end: { error?: unknown }): void {
    this.#end ??= end;
    this.#wake?.();
  }

  clear(): void {
    this.#items = [];
  }

  /** Ended, and everything taken. */
  get isDone(): boolean {
    return this.#end !== undefined && this.#items.length === 0;
  }

  /** The next item; undefined at the end. */
  async next(): Promise<T | undefined> {
    for (;;) {
      if (this.#items.length > 0) return this.#items.shift();
      if (this.#end) {
        if ("error" in this.#end) throw this.#end.error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** An iterator that ends with `undefined`; `leave` is called when a loop is left early. */
export function iterate<T>(next: () => Promise<T | undefined>, leave: () => void): AsyncIterator<T> {
  return {
    next: async () => {
      const value = await next();
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    },
    return: async () => {
      leave();
      return { done: true, value: undefined };
    },
  };
}

/** The same as a stream of texts; `tail` is what comes after the last. */
export function streamTexts(
  next: () => Promise<{ text: string } | undefined>,
  leave: () => void,
  tail: () => string,
): ReadableStream<string> {
  return new ReadableStream<string>(
    {
      async pull(controller) {
        // A pull that gives nothing would not be repeated.
        for (;;) {
          const item = await next();
          const text = item ? item.text : tail();
          if (text) controller.enqueue(text);
          if (!item) controller.close();
          if (!item || text) return;
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

export const leftEarly = (what: string): DOMException =>
  new DOMException(`The ${what} was left before its end.`, "AbortError");
