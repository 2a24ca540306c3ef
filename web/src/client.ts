// The caller's side of the line: requests with ids, their answers, and what happens to them when the engine goes.

import { fromWire, OneheadError } from "./errors.js";
import type { Answer, Operation, Operations, Port, Request, SessionState, WireToken } from "./protocol.js";
import type { LoadProgress } from "./types.js";

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  onTokens: ((tokens: WireToken[], state: SessionState) => void) | undefined;
  onProgress: ((progress: LoadProgress) => void) | undefined;
}

/** A request that is on its way. */
export interface Call<T> {
  readonly id: number;
  readonly answer: Promise<T>;
  /** Gives up waiting; the answer rejects with this. */
  drop(reason: unknown): void;
}

export class Client {
  readonly #port: Port<Answer, Request>;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #gone: OneheadError | undefined;
  #end: Promise<void> | undefined;

  constructor(port: Port<Answer, Request>) {
    this.#port = port;
    port.listen(
      (answer) => this.#receive(answer),
      (reason) => this.#fail(new OneheadError("worker-failed", `The engine's worker failed: ${reason}.`)),
    );
  }

  call<O extends Operation>(
    op: O,
    args: Operations[O]["args"],
    more: {
      transfer?: Transferable[];
      onTokens?: Pending["onTokens"];
      onProgress?: Pending["onProgress"];
    } = {},
  ): Call<Operations[O]["value"]> {
    const id = this.#nextId++;
    const answer = new Promise<Operations[O]["value"]>((resolve, reject) => {
      if (this.#gone) {
        reject(this.#gone);
        return;
      }
      const { onTokens, onProgress } = more;
      this.#pending.set(id, {
        resolve: resolve as (value: unknown) => void,
        reject,
        onTokens,
        onProgress,
      });
      this.#port.keepAlive(true);
      try {
        this.#port.post({ id, op, ...args } as unknown as Request, more.transfer);
      } catch (cause) {
        // A buffer that was handed over before, for instance.
        this.#settle(id);
        reject(new OneheadError("bad-argument", "What was given cannot be sent to the engine's thread.", { cause }));
      }
    });
    return { id, answer, drop: (reason) => this.#settle(id)?.reject(reason) };
  }

  #receive(answer: Answer): void {
    if ("tokens" in answer) {
      this.#pending.get(answer.id)?.onTokens?.(answer.tokens, answer.state);
    } else if ("progress" in answer) {
      this.#pending.get(answer.id)?.onProgress?.(answer.progress);
    } else if ("error" in answer) {
      this.#settle(answer.id)?.reject(fromWire(answer.error));
    } else {
      this.#settle(answer.id)?.resolve(answer.value);
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0 && !this.#gone) this.#port.keepAlive(false);
    return pending;
  }

  #fail(error: OneheadError): void {
    if (this.#gone) return;
    this.#gone = error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** Rejects what is pending and ends the engine; resolves when it is gone. */
  dispose(): Promise<void> {
    this.#fail(new OneheadError("disposed", "The model was disposed."));
    this.#end ??= this.#port.end();
    return this.#end;
  }
}

/** Follows a call's answer until the signal aborts; `onAbort` then tells the engine. */
export async function withSignal<T>(call: Call<T>, signal: AbortSignal | undefined, onAbort: () => void): Promise<T> {
  const abort = () => {
    call.drop(signal?.reason);
    onAbort();
  };
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await call.answer;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
