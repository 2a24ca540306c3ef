// The factory that Emscripten writes beside each .wasm. It is the same for every variant: the wasm itself is handed in.
declare module "*/onehead-simd128.js" {
  const createOnehead: import("./raw_engine.js").CreateOnehead;
  export default createOnehead;
}
