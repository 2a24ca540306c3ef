// The kernels' module (tests/bench/wasm), in Node and in a page: Emscripten's script binds it.
import { createMemory } from "../../dist/threads.js";

export function instantiate(create, module) {
  return create({
    wasmMemory: createMemory(false),
    instantiateWasm(imports, receive) {
      WebAssembly.instantiate(module, imports).then((instance) => receive(instance, module));
      return {};
    },
  });
}
