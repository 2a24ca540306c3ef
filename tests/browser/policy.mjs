/** The strictest policy under which the page must work: no inline anything, no blobs, no eval; WebAssembly allowed. */
export const strictPolicy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
