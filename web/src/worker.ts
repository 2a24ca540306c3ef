// The worker's entry: a host at the other end of the line, or a thread of a host's pool. Nothing is resolved or fetched
// here but the model itself, at the full address that the main entry worked out.

import { Host } from "./host.js";
import { builtin } from "./node.js";
import type { Request } from "./protocol.js";
import { liveAsThread, type ThreadRequest } from "./thread.js";

interface WorkerScope {
  postMessage?(message: unknown, transfer?: Transferable[]): void;
  onmessage?: (event: { data: Request | ThreadRequest }) => void;
}

const scope = globalThis as unknown as WorkerScope;
const parentPort = scope.postMessage ? undefined : builtin("node:worker_threads")?.parentPort;

const post = (message: unknown, transfer?: Transferable[]) => {
  if (parentPort) parentPort.postMessage(message, transfer);
  else scope.postMessage?.(message, transfer);
};

let host: Host | undefined;

function receive(message: Request | ThreadRequest): void {
  if ("threadPlace" in message) {
    liveAsThread(message.threadPlace, post);
  } else {
    host ??= new Host(post);
    void host.handle(message);
  }
}

if (parentPort) parentPort.on("message", receive);
else scope.onmessage = ({ data }) => receive(data);
