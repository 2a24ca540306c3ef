// Embind's JavaScript for functions of numbers: nothing is converted, so a function of the table is its invoker, and
// no type need be known. Embind's own would ask the wasm for more than it has. (The kernels' benchmark runs this; the
// package does the same in web/src/wasm_module.ts.)
addToLibrary({
  _embind_register_function__deps: ["$readLatin1String", "$wasmTable"],
  _embind_register_function(name, _argCount, _argTypes, _signature, invoker, target, _isAsync, _isNonnullReturn) {
    Module[readLatin1String(name)] = wasmTable.get(invoker).bind(null, target);
  },
});
