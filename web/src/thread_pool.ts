// Starts the threads of an engine and ends them. Each is a worker of the engine's own script, which knows by its first
// message that it is to be a thread (thread.ts), so that there is one script to deliver, whatever bundles it.

import { builtin, type NodeWorker } from "./node.js";
import type { ThreadAnswer, ThreadPlace, ThreadRequest } from "./thread.js";

const kPatienceMs = 20_000;

interface Thread {
  post(request: ThreadRequest): void;
  listen(onAnswer: (answer: ThreadAnswer) => void, onFailure: (reason: string) => void): void;
  end(): void;
}

/** Threads that have been started for one engine. */
export class ThreadTeam {
  readonly #threads: Thread[] = [];
  readonly #starting = new Set<(reason: string) => void>();
  #ended = false;

  /**
   * Starts one thread at each place; rejects, with none left, if one cannot be started.
   *
   * @param script - the address of the engine's worker
   */
  async start(places: readonly ThreadPlace[], script: string): Promise<void> {
    try {
      await Promise.all(places.map((place) => this.#startEither(place, script)));
    } catch (error) {
      this.end();
      throw error;
    }
  }

  // A bundler may have made a classic script of the worker, and there is no telling from inside.
  async #startEither(place: ThreadPlace, script: string): Promise<void> {
    try {
      await this.#startOne(place, () => openThread(script, "module"));
    } catch (error) {
      if (typeof Worker !== "function" || this.#ended) throw error;
      await this.#startOne(place, () => openThread(script, "classic"));
    }
  }

  async #startOne(threadPlace: ThreadPlace, open: () => Thread): Promise<void> {
    const thread = open();
    this.#threads.push(thread);
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

  /** Ends all, whatever they are doing. */
  end(): void {
    this.#ended = true;
    for (const thread of this.#threads.splice(0)) thread.end();
    for (const fail of this.#starting) fail("it was ended");
  }
}

function openThread(script: string, type: "module" | "classic"): Thread {
  if (typeof Worker === "function") return webThread(new Worker(script, { type }));
  const threads = builtin("node:worker_threads");
  if (threads) return nodeThread(new threads.Worker(new URL(script), { execArgv: [] }));
  throw new Error("there are no workers here");
}

function webThread(worker: Worker): Thread {
  return {
    post: (request) => worker.postMessage(request),
    listen(onAnswer, onFailure) {
      worker.onmessage = ({ data }: MessageEvent<ThreadAnswer>) => onAnswer(data);
      worker.onmessageerror = () => onFailure("a message between threads could not be read");
      worker.onerror = (event) => {
        event.preventDefault?.();
        onFailure(event.message || "a worker's script could not be loaded");
      };
    },
    end: () => worker.terminate(),
  };
}

function nodeThread(worker: NodeWorker): Thread {
  return {
    post: (request) => worker.postMessage(request),
    listen(onAnswer, onFailure) {
      worker.on("message", onAnswer as (argument: never) => void);
      worker.on("error", (error: Error) => onFailure(error.message));
      worker.on("exit", () => onFailure("a worker ended"));
      worker.unref(); // the process may end while the threads wait
    },
    end: () => void worker.terminate(),
  };
}
