// The worker's entry: a host at the other end of the line. Nothing is resolved or fetched here but the model itself,
// at the full address that the main entry worked out.

import { Host } from "./host.js";
import { builtin } from "./node.js";
import type { Answer, Request } from "./protocol.js";
import createOnehead from "./wasm/onehead-simd128.js";

interface WorkerScope {
  postMessage?(message: Answer, transfer?: Transferable[]): void;
  onmessage?: (event: { data: Request }) => void;
}

const scope = globalThis as unknown as WorkerScope;
const parentPort = scope.postMessage ? undefined : builtin("node:worker_threads")?.parentPort;

const host = new Host(createOnehead, (answer, transfer) => {
  if (parentPort) parentPort.postMessage(answer, transfer);
  else scope.postMessage?.(answer, transfer);
});

if (parentPort) parentPort.on("message", (request: Request) => void host.handle(request));
else scope.onmessage = ({ data }) => void host.handle(data);
