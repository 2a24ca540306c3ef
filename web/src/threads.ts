// How many threads an engine has: settled while its model is read, and started meanwhile.

import type { Engine } from "./engine.js";
import { OneheadError } from "./errors.js";
import { mayWait } from "./features.js";
import type { WireThreads } from "./protocol.js";
import type { ThreadPlace } from "./thread.js";

/** Models with fewer bytes of weights take a step in less time than sharing it would save. */
const kSmallBytes = 12 * 2 ** 20;

const kPagesAtFirst = 64; // as the module asks (cmake/Wasm.cmake)
const kMostPages = 65536; // 4 GiB, all that the module can address
const kFewestPages = 4096;

/** The engine's memory. Shared memory takes address space for all it may become, which a phone may not have. */
export function createMemory(shared: boolean): WebAssembly.Memory {
  for (let maximum = kMostPages; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: kPagesAtFirst, maximum, shared });
    } catch (cause) {
      if (!shared || maximum / 2 < kFewestPages) {
        throw new OneheadError("out-of-memory", "This machine has no memory for the engine.", { cause });
      }
    }
  }
}

export class Threads {
  readonly #engine: Engine;
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #wire: WireThreads;
  readonly #start: (places: ThreadPlace[]) => Promise<void>;
  #begun: Promise<{ threads: number; threadsReason: string }> | undefined;

  /** `start` starts one at each place, or rejects. */
  constructor(
    engine: Engine,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    wire: WireThreads,
    start: (places: ThreadPlace[]) => Promise<void>,
  ) {
    this.#engine = engine;
    this.#module = module;
    this.#memory = memory;
    this.#wire = wire;
    this.#start = start;
  }

  /** Starts them as soon as the model's size is known. */
  begin(): void {
    if (this.#begun) return;
    const weightBytes = this.#engine.call((raw) => raw.weightBytes());
    if (weightBytes === 0) return;
    this.#begun = this.#begin(weightBytes);
    this.#begun.catch(() => {}); // settle() tells
  }

  async #begin(weightBytes: number): Promise<{ threads: number; threadsReason: string }> {
    const { n, asked, reason } = this.#wire;
    const alone = (why: string) => {
      if (asked && n > 1) {
        throw new OneheadError("unsupported-option", `runtime.threads: ${n} threads cannot run here: ${why}.`);
      }
      return { threads: 1, threadsReason: why };
    };
    if (n === 1) return { threads: 1, threadsReason: reason };
    if (!asked && weightBytes < kSmallBytes) return alone("the model is small");
    if (!mayWait()) return alone("the engine is in the caller's thread and not in a worker of its own");
    try {
      this.#engine.check((raw) => raw.prepareThreads(n));
      await this.#start(this.#places());
    } catch (error) {
      return alone(`threads could not be started (${(error as Error).message.replace(/\.$/, "")})`);
    }
    this.#engine.check((raw) => raw.useThreads(n));
    return { threads: n, threadsReason: reason };
  }

  #places() {
    const numbers = this.#engine.call((raw) => raw.threadPlaces().slice());
    return Array.from({ length: numbers.length / 5 }, (_, i) => {
      const [pool, thread, stackTop, local, finished] = numbers.subarray(5 * i) as unknown as number[];
      return { module: this.#module, memory: this.#memory, pool, thread, stackTop, local, finished } as ThreadPlace;
    });
  }

  /** How many there are, once they have started. Throws where there are fewer than were asked for. */
  async settle(): Promise<{ threads: number; threadsReason: string }> {
    this.begin();
    return (await this.#begun) ?? { threads: 1, threadsReason: this.#wire.reason };
  }
}
