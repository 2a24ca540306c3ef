// What Node offers under no global name. `process.getBuiltinModule` needs no import that a bundler would try to follow.

interface NodeFile {
  read(buffer: Uint8Array, offset: number, length: number, position: number | null): Promise<{ bytesRead: number }>;
  stat(): Promise<{ size: number }>;
  close(): Promise<void>;
}

export interface NodePort {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  on(event: string, listener: (argument: never) => void): void;
  ref(): void;
  unref(): void;
}

export interface NodeWorker extends NodePort {
  terminate(): Promise<number>;
}

interface Builtins {
  "node:fs/promises": { open(path: string): Promise<NodeFile>; readFile(path: string): Promise<Uint8Array> };
  "node:worker_threads": {
    Worker: new (url: URL, options: { execArgv: string[] }) => NodeWorker;
    parentPort: NodePort | null;
  };
  "node:os": { availableParallelism(): number };
  "node:url": { fileURLToPath(url: string): string };
}

/** A module of Node (Deno and Bun have them too); undefined in browsers. */
export function builtin<M extends keyof Builtins>(name: M): Builtins[M] | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): unknown };
  };
  return process?.getBuiltinModule?.(name) as Builtins[M] | undefined;
}
