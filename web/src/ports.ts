// Starts the engine's thread: a module worker in browsers, Deno and Bun, a worker thread in Node.

import { OneheadError } from "./errors.js";
import { builtin, type NodeWorker } from "./node.js";
import type { Port } from "./protocol.js";
import { besideRuntime } from "./runtime.js";
import type { EngineWorker } from "./types.js";

/** A worker of the engine's script; by its first message it becomes the engine or a thread of one. */
export async function openPort<In, Out>(worker?: false | (() => EngineWorker)): Promise<Port<In, Out>> {
  if (worker === false) return webPort((await import("./local.js")).localWorker() as Worker);
  try {
    if (worker) {
      const own = worker();
      return "on" in own ? nodePort(own as unknown as NodeWorker) : webPort(own as Worker);
    }
    // Bundlers know this very expression.
    if (typeof Worker === "function") {
      return webPort(new Worker(new URL("./worker.js", import.meta.url), { type: "module" }));
    }
    const threads = builtin("node:worker_threads");
    if (threads) {
      // The program's own flags (a loader, --input-type) are none of the worker's.
      return nodePort(new threads.Worker(besideRuntime("worker.js"), { execArgv: [] }));
    }
  } catch (cause) {
    throw new OneheadError(
      "worker-failed",
      "The engine's worker could not be made. It must come from the page's own origin; otherwise pass `runtime.worker`.",
      { cause },
    );
  }
  throw new OneheadError(
    "worker-failed",
    "There are no workers here (Node needs 20.16 or newer). Pass `runtime: { worker: false }` to run in this thread.",
  );
}

function webPort<In, Out>(worker: Worker): Port<In, Out> {
  return {
    post: (request, transfer = []) => worker.postMessage(request, transfer),
    listen(onMessage, onFailure) {
      worker.onmessage = ({ data }: MessageEvent<In>) => onMessage(data);
      worker.onmessageerror = () => onFailure("an answer could not be read");
      worker.onerror = (event) => {
        event.preventDefault?.();
        onFailure(event.message || "its script could not be loaded");
      };
    },
    keepAlive() {},
    async end() {
      worker.terminate();
    },
  };
}

function nodePort<In, Out>(worker: NodeWorker): Port<In, Out> {
  return {
    post: (request, transfer = []) => worker.postMessage(request, transfer),
    listen(onMessage, onFailure) {
      worker.on("message", onMessage as (argument: never) => void);
      worker.on("messageerror", () => onFailure("an answer could not be read"));
      worker.on("error", (error: Error) => onFailure(error.message));
      worker.on("exit", () => onFailure("it ended"));
      worker.unref();
    },
    keepAlive(pending) {
      if (pending) worker.ref();
      else worker.unref();
    },
    async end() {
      await worker.terminate();
    },
  };
}
