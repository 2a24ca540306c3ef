// What the bench asks of a page: ours, wllama, the machine. The server has the repository at its root and the folder of
// public models at /public-models/.
import { load } from "/dist/index.js";
import { onehead } from "../onehead.mjs";
import { gemmRate, machineRates } from "./machine.mjs";
import { storedModel, storeModel } from "./storage.mjs";
import { wllama } from "./wllama.mjs";

const text = await (await fetch("/tests/data/war-of-the-worlds/chapters-1-6.txt")).text();

const ours = onehead(load, text);
window.bench = {
  storeModel,
  machineRates,
  gemmRate,
  ...prefixed("our", { ...ours, open: (name, options) => ours.open(() => storedModel(name), options) }),
  ...prefixed("their", wllama(text)),
};

/** { open } → { ourOpen }. */
function prefixed(prefix, functions) {
  return Object.fromEntries(
    Object.entries(functions).map(([name, f]) => [`${prefix}${name[0].toUpperCase()}${name.slice(1)}`, f]),
  );
}
