// The golden tables against a wasm build in this page. The server has the repository at its root.
import { checkTable } from "/tests/one_answer/check.mjs";
import { instantiate } from "/tests/one_answer/raw_model.mjs";

const bytes = async (path) => {
  const response = await fetch(`/${path}`);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

window.oneAnswer = {
  async runs(variant) {
    return WebAssembly.validate(await bytes(`dist/wasm/onehead-${variant}.wasm`));
  },
  async check(variant, table) {
    const module = await WebAssembly.compile(await bytes(`dist/wasm/onehead-${variant}.wasm`));
    const cases = JSON.parse(new TextDecoder().decode(await bytes(table)));
    return checkTable(cases, { readFile: bytes, newModule: () => instantiate(module) });
  },
};
