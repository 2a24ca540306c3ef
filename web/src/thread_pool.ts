// Starts the threads of an engine and ends them, in the thread of the engine's caller: a worker that makes workers is
// not to be relied on (in Firefox 153 its `new Worker` now and then never returns while others start). Each is a worker
// like the engine's own, which knows by its first message that it is to be a thread (thread.ts), so that there is one
// script to deliver, whatever bundles it.

import type { Port } from "./protocol.js";
import type { ThreadAnswer, ThreadPlace, ThreadRequest } from "./thread.js";

const kPatienceMs = 20_000;

type ThreadPort = Port<ThreadAnswer, ThreadRequest>;

/** The threads of one engine. */
export class ThreadTeam {
  readonly #open: () => Promise<ThreadPort>;
  readonly #threads: ThreadPort[] = [];
  readonly #starting = new Set<(reason: string) => void>();
  #ended = false;

  /** @param open - makes a worker of the engine's script */
  constructor(open: () => Promise<ThreadPort>) {
    this.#open = open;
  }

  /** Starts one thread at each place; rejects, with none left, if one cannot be started. */
  async start(places: readonly ThreadPlace[]): Promise<void> {
    try {
      await Promise.all(places.map((place) => this.#startOne(place)));
    } catch (error) {
      void this.end();
      throw error;
    }
  }

  async #startOne(threadPlace: ThreadPlace): Promise<void> {
    const thread = await this.#open();
    this.#threads.push(thread);
    if (this.#ended) return void this.end();
    await new Promise<void>((resolve, reject) => {
      const settled = () => {
        clearTimeout(timer);
        this.#starting.delete(fail);
      };
      const fail = (reason: string) => {
        settled();
        reject(new Error(reason));
      };
      this.#starting.add(fail);
      const timer = setTimeout(() => fail("a worker did not start in time"), kPatienceMs);
      thread.listen((answer) => {
        if ("failed" in answer) return fail(answer.failed);
        settled();
        resolve();
      }, fail);
      thread.post({ threadPlace });
    });
  }

  /** Ends all, whatever they are doing; resolves when they are gone. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const fail of this.#starting) fail("it was ended");
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end()));
  }
}
