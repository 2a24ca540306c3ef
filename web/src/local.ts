// The host in the caller's own thread, in the shape of a worker. `worker: false` loads this when it is asked for; where
// that is forbidden (service workers know no `import()`), import `onehead/local` and pass `worker: localWorker`.

import { Host } from "./host.js";
import type { Answer, Request } from "./protocol.js";
import type { ThreadAnswer, ThreadRequest } from "./thread.js";
import type { EngineWorker } from "./types.js";

/** For `runtime.worker`: the engine in this very thread, which it holds for some milliseconds at a time. */
export function localWorker(): EngineWorker {
  // As between threads, nothing arrives within the call that sent it.
  const host = new Host((answer) => queueMicrotask(() => worker.onmessage?.({ data: answer })));
  const worker = {
    onmessage: undefined as ((event: { data: Answer | ThreadAnswer }) => void) | undefined,
    postMessage(request: Request | ThreadRequest) {
      queueMicrotask(() => {
        if ("threadPlace" in request)
          worker.onmessage?.({ data: { failed: "localWorker is not a thread of its own" } });
        else void host.handle(request);
      });
    },
    terminate() {
      worker.onmessage = undefined;
      host.close();
    },
  };
  return worker as unknown as EngineWorker;
}
