// The bound engine with a pool that shares every loop however small, so that the golden models' are shared as a large
// one's would be. The caller's thread must be one that may wait.
import { createMemory } from "../../dist/threads.js";
import { instantiate } from "./raw_model.mjs";

/** In place of `instantiate`; `end()` ends the threads. `team` is a ThreadTeam, or stands in for one elsewhere. */
export async function instantiateWithThreads(module, n, team) {
  const memory = createMemory(true);
  const engine = instantiate(module, memory);
  if (engine.prepareThreads(n) !== 0) throw new Error(engine.lastError());
  const places = threadPlaces(engine).map((place) => ({ module, memory, ...place }));
  await team.start(places);
  if (engine.useThreads(n) !== 0) throw new Error(engine.lastError());
  engine.useLeastGrain();
  return Object.assign(engine, { places, memory, end: () => team.end() });
}

function threadPlaces(engine) {
  const numbers = engine.threadPlaces().slice();
  return Array.from({ length: numbers.length / 5 }, (_, i) => {
    const [pool, thread, stackTop, local, finished] = numbers.subarray(5 * i);
    return { pool, thread, stackTop, local, finished };
  });
}
