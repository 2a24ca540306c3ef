// The caller's side of the line: requests with ids, their answers, and what happens to them when the engine goes.

import { fromWire, OneheadError } from "./errors.js";
import type { Answer, Operation, Operations, Port, Request, SessionState, WireToken } from "./protocol.js";
import type { ThreadPlace } from "./thread.js";
import type { ThreadTeam } from "./thread_pool.js";
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
  readonly #team: ThreadTeam;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #gone: OneheadError | undefined;
  #ended: Promise<void> | undefined;
  #end: Promise<void> | undefined;

  /** `team`: the threads that the engine at the other end may ask for. */
  constructor(port: Port<Answer, Request>, team: ThreadTeam) {
    this.#port = port;
    this.#team = team;
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
    } else if ("places" in answer) {
      void this.#startThreads(answer.places);
    } else if ("error" in answer) {
      this.#settle(answer.id)?.reject(fromWire(answer.error));
    } else {
      this.#settle(answer.id)?.resolve(answer.value);
    }
  }

  async #startThreads(places: ThreadPlace[]): Promise<void> {
    const failure = await this.#team.start(places).then(
      () => undefined,
      (error: Error) => error.message,
    );
    // Where the engine has gone meanwhile, nobody needs to know.
    await this.call("threadsStarted", { failure }).answer.catch(() => {});
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
    this.#ended = this.#team.end();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** Rejects what is pending and ends the engine; resolves when it is gone. */
  dispose(): Promise<void> {
    this.#fail(new OneheadError("disposed", "The model was disposed."));
    this.#end ??= Promise.all([this.#ended, this.#port.end()]).then(() => {});
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
