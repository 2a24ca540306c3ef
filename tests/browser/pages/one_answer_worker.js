// The golden tables against a build with threads. Not in the page's own thread, which may not wait for others; that
// makes the threads, as the package does.
import { checkTable } from "/tests/one_answer/check.mjs";
import { instantiateWithThreads } from "/tests/one_answer/with_threads.mjs";

const bytes = async (path) => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer());

let started;
const team = {
  start(places) {
    self.postMessage({ places });
    return new Promise((resolve) => {
      started = resolve;
    });
  },
  end: () => self.postMessage({ end: true }),
};

async function check({ variant, threads, table }) {
  const module = await WebAssembly.compile(await bytes(`dist/wasm/onehead-${variant}.wasm`));
  const cases = JSON.parse(new TextDecoder().decode(await bytes(table)));
  const newModule = () => instantiateWithThreads(module, threads, team);
  return checkTable(cases, { readFile: bytes, newModule });
}

self.onmessage = async ({ data }) => {
  if (data.started) started();
  else self.postMessage({ result: await check(data) });
};
