// Starts an engine for a model: features → variant → runtime and worker → model file.

import { absoluteUrl } from "./address.js";
import { Client } from "./client.js";
import { OneheadError } from "./errors.js";
import { countProcessors, detectFeatures } from "./features.js";
import { builtin } from "./node.js";
import { isKind } from "./options.js";
import { openPort } from "./ports.js";
import type { Answer, Request, WireLoad, WireSource } from "./protocol.js";
import { compileRuntime } from "./runtime.js";
import { ThreadTeam } from "./thread_pool.js";
import type { LoadOptions, LoadProgress, Variant } from "./types.js";
import { hasThreads, planThreads } from "./variant.js";

type Report = (progress: LoadProgress) => void;

/** An engine that was started, and what it is to know of a model's file. */
interface Started {
  client: Client;
  variant: Variant;
}

/** Starts an engine and runs something with it; if that fails or is aborted, the engine is ended. */
export async function withEngine<T>(
  source: string | URL | Blob | ArrayBuffer | Uint8Array,
  o: LoadOptions,
  run: (engine: Started, args: WireLoad, more: { onProgress: Report; transfer: Transferable[] }) => Promise<T>,
): Promise<T> {
  const wire = toWireSource(source, o);
  const { signal, onProgress, runtime = {} } = o;
  signal?.throwIfAborted();
  const report = (progress: LoadProgress) => {
    if (!signal?.aborted) onProgress?.(progress);
  };
  const { variant, ...plan } = planThreads(detectFeatures(), countProcessors(), runtime);

  let client: Client | undefined;
  const loading = async (): Promise<T> => {
    // The worker starts while the engine is fetched.
    const [port, module] = await both(
      openPort<Answer, Request>(runtime.worker),
      compileRuntime(variant, runtime.wasm?.[variant], report),
    );
    client = new Client(port, new ThreadTeam(() => openPort(runtime.worker || undefined)));
    if (signal?.aborted) void client.dispose();
    return run(
      { client, variant },
      {
        source: wire,
        module,
        threads: {
          n: plan.threads,
          asked: plan.asked,
          reason: plan.reason,
          shared: hasThreads(variant),
        },
        contextLength: o.contextLength ?? 0,
        precisionF32: o.precision === "f32",
        cacheInt8: o.cache === "int8",
        store: o.store !== "none",
        sha256: o.sha256?.toLowerCase(),
      },
      {
        onProgress: report,
        transfer: wire.kind === "bytes" && o.transfer ? [wire.bytes.buffer as ArrayBuffer] : [],
      },
    );
  };

  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([loading(), aborted]);
  } catch (error) {
    void client?.dispose();
    throw error;
  } finally {
    if (abort) signal?.removeEventListener("abort", abort);
  }
}

/** Both, or the first failure; a port that came in vain is ended. */
async function both<P extends { end(): Promise<void> }, M>(port: Promise<P>, module: Promise<M>): Promise<[P, M]> {
  const [opened, compiled] = await Promise.allSettled([port, module]);
  if (opened.status === "rejected") throw opened.reason;
  if (compiled.status === "rejected") {
    void opened.value.end();
    throw compiled.reason;
  }
  return [opened.value, compiled.value];
}

function toWireSource(
  source: string | URL | Blob | ArrayBuffer | Uint8Array,
  { request, transfer, store }: LoadOptions,
): WireSource {
  const isAddress = typeof source === "string" || isKind(source, "URL");
  if (request && !isAddress) {
    throw new OneheadError("unsupported-option", "load: request is for a model given by address.");
  }
  if (store === "opfs" && !isAddress) {
    throw new OneheadError("unsupported-option", "load: only a model given by address can be stored.");
  }
  if (isAddress) {
    if (transfer) {
      throw new OneheadError("unsupported-option", "load: transfer is for a model given as bytes.");
    }
    return addressSource(source as string | URL, request);
  }
  // A File does not travel between threads everywhere, a Blob does.
  if (isKind(source, "Blob") || isKind(source, "File")) return { kind: "blob", blob: (source as Blob).slice() };
  if (isKind(source, "ArrayBuffer")) return bytesSource(new Uint8Array(source as ArrayBuffer));
  if (isKind(source, "Uint8Array")) return bytesSource(source as Uint8Array);
  throw new OneheadError(
    "bad-argument",
    "load takes the address of a model, a Blob or File, an ArrayBuffer or a Uint8Array.",
  );
}

function bytesSource(bytes: Uint8Array): WireSource {
  if (bytes.length > 0) return { kind: "bytes", bytes };
  throw new OneheadError(
    "bad-file",
    "The given bytes are cut off: there are none. A buffer that was handed over (transferred) once is empty afterwards.",
  );
}

function addressSource(address: string | URL, request: LoadOptions["request"]): WireSource {
  const text = String(address);
  const url = builtin("node:url");
  const inPage = typeof (globalThis as { location?: unknown }).location === "object";
  // In Node an address without a scheme is a path.
  if (url && text.startsWith("file:")) return { kind: "file", path: url.fileURLToPath(text) };
  if (url && !inPage && !/^[a-z][a-z\d+.-]+:/i.test(text)) return { kind: "file", path: text };
  return {
    kind: "url",
    url: absoluteUrl(address),
    ...(request?.headers && { headers: { ...request.headers } }),
    ...(request?.credentials && { credentials: request.credentials }),
  };
}
