// An instance of the engine's wasm. What Emscripten's own script would do for it is little: there is no file system, no
// start-up but the constructors of C++, and nothing is fetched here.

import type { BoundModule } from "./raw_engine.js";

const kPageBytes = 65_536;
const kMostBytes = 2 ** 32 - kPageBytes;
/** Memory grows by this at least, so that small requests do not make it grow each time. */
const kGrowthBytes = 2 ** 20;

interface Exports {
  __indirect_function_table: WebAssembly.Table;
  __wasm_call_ctors(): void;
}

/** The functions that cpp/bindings names, of numbers as they are: nothing is converted on the way. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): BoundModule {
  const bound: Record<string, unknown> = {};
  const env = {
    memory,
    _abort_js() {
      throw new WebAssembly.RuntimeError("aborted");
    },
    emscripten_resize_heap: (bytes: number) => +grow(memory, bytes >>> 0),
    // A function of the table takes its target first.
    _embind_register_function(
      name: number,
      _n: number,
      _types: number,
      _signature: number,
      invoker: number,
      target: number,
    ) {
      bound[asciiAt(memory, name)] = exports.__indirect_function_table.get(invoker).bind(null, target);
    },
  };
  const exports = new WebAssembly.Instance(module, { env }).exports as unknown as Exports;
  exports.__wasm_call_ctors();
  return bound as BoundModule;
}

/** Whether the memory has so many bytes afterwards. */
function grow(memory: WebAssembly.Memory, bytes: number): boolean {
  const size = memory.buffer.byteLength;
  // Where there is no room for the step, what was asked for may still fit.
  for (const step of [kGrowthBytes, 0]) {
    const wanted = Math.min(Math.max(bytes, size + step), kMostBytes);
    if (wanted < bytes) break;
    try {
      memory.grow(Math.ceil((wanted - size) / kPageBytes));
      return true;
    } catch {}
  }
  return false;
}

function asciiAt(memory: WebAssembly.Memory, address: number): string {
  const bytes = new Uint8Array(memory.buffer, address >>> 0);
  return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
}
