// The golden tables against a build with threads. Not in the page's own thread, which may not wait for others. The
// pool's threads run this very script, and know by their first message that they are threads.
import { liveAsThread } from "/dist/thread.js";
import { checkTable } from "/tests/one_answer/check.mjs";
import { instantiateWithThreads } from "/tests/one_answer/with_threads.mjs";

const bytes = async (path) => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer());

async function check({ variant, threads, table }) {
  const { default: createOnehead } = await import("/dist/wasm/onehead-simd128.js");
  const module = await WebAssembly.compile(await bytes(`dist/wasm/onehead-${variant}.wasm`));
  const cases = JSON.parse(new TextDecoder().decode(await bytes(table)));
  const newModule = () => instantiateWithThreads(createOnehead, module, threads, self.location.href);
  return checkTable(cases, { readFile: bytes, newModule });
}

self.onmessage = async ({ data }) => {
  if (data.threadPlace) return liveAsThread(data.threadPlace, (answer) => self.postMessage(answer));
  self.postMessage(await check(data));
};
