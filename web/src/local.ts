// The host in the caller's own thread, for `worker: false`. Loaded only when asked for.

import { Host } from "./host.js";
import type { Answer, Port, Request } from "./protocol.js";
import createOnehead from "./wasm/onehead-simd128.js";

export function localPort(): Port<Answer, Request> {
  let deliver: ((answer: Answer) => void) | undefined;
  // As between threads, an answer never arrives within the call that asked.
  const host = new Host(createOnehead, (answer) => queueMicrotask(() => deliver?.(answer)));
  return {
    post: (request) => queueMicrotask(() => void host.handle(request)),
    listen(onMessage) {
      deliver = onMessage;
    },
    keepAlive() {},
    async end() {
      deliver = undefined;
      host.close();
    },
  };
}
