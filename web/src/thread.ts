// A thread of the engine's pool: the module once more, on the same memory, in a function that waits for work until the
// pool ends. It is started by thread_pool.ts, in a worker that runs the engine's own script.

export interface ThreadPlace {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Addresses, and this thread's number in the pool. */
  readonly pool: number;
  readonly thread: number;
  readonly stackTop: number;
  readonly local: number;
  /** The word that tells the caller of a death. */
  readonly finished: number;
}

/** What begins a pool thread instead of an engine. */
export interface ThreadRequest {
  readonly threadPlace: ThreadPlace;
}

export type ThreadAnswer = { readonly ready: true } | { readonly failed: string };

const kDied = 1 << 31;

interface ThreadExports {
  _emscripten_stack_restore(top: number): void;
  onehead_thread(pool: number, thread: number, local: number): void;
}

/** Lives as a thread of the pool; `answer` goes out before it waits for the first time. */
export function liveAsThread(place: ThreadPlace, answer: (answer: ThreadAnswer) => void): void {
  const { module, memory } = place;
  let exports: ThreadExports;
  try {
    const imports: WebAssembly.Imports = {};
    for (const { module: space, name, kind } of WebAssembly.Module.imports(module)) {
      imports[space] ??= {};
      imports[space][name] = kind === "memory" ? memory : noJavaScript;
    }
    exports = new WebAssembly.Instance(module, imports).exports as unknown as ThreadExports;
    exports._emscripten_stack_restore(place.stackTop);
  } catch (error) {
    answer({ failed: (error as Error).message });
    return;
  }
  answer({ ready: true });
  try {
    exports.onehead_thread(place.pool, place.thread, place.local);
  } catch {
    // A trap: whoever waits for this thread's part must not wait for ever.
    const words = new Int32Array(memory.buffer);
    Atomics.or(words, place.finished >>> 2, kDied);
    Atomics.notify(words, place.finished >>> 2);
  }
}

/** The kernels call nothing outside; what would is a fault. */
function noJavaScript(): never {
  throw new Error("a pool thread has no JavaScript");
}
