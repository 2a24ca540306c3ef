// The folder of the origin's private file system (OPFS) that holds model files: for each address a data file and a
// record that says what is in it.

import type { FileVersion } from "./download.js";
import { Sha256 } from "./sha256.js";

const kFolder = "onehead";
/** Of the files' layout: a record of another version is as good as none. */
const kFormat = 1;

export const kChunkBytes = 1 << 20;

export interface StoredRecord {
  url: string;
  version?: FileVersion;
  /** Bytes of the whole file, as the server said. */
  total?: number;
  /** Bytes that are here: whole chunks of 1 MiB, and the last part once the file is complete. */
  bytes: number;
  complete: boolean;
  /** Of each chunk. */
  checksums: number[];
  /** Of the whole file, where somebody asked for it and it was right. */
  sha256?: string;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/** What a worker reads and writes a file by, alone: in its types, a page's compiler does not know it. */
export interface SyncAccessHandle {
  read(into: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(bytes: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** The folder; undefined where there is none. Throws what the browser throws where it refuses. */
export async function openFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  const { navigator } = globalThis as { navigator?: { storage?: StorageManager } };
  if (!navigator?.storage?.getDirectory) return undefined;
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(kFolder, { create: true });
}

/** A worker that has just ended, of the page before a reload, lets go of its files a moment later. */
const kTries = 8;
const kPauseMs = 150;

/** What `attempt` gives, once nobody holds the file; undefined if somebody goes on holding it. */
export async function whenFree<T>(attempt: () => Promise<T>): Promise<T | undefined> {
  for (let tries = 1; ; ++tries) {
    try {
      return await attempt();
    } catch (error) {
      if ((error as Error).name !== "NoModificationAllowedError") throw error;
      if (tries === kTries) return undefined;
    }
    await new Promise((resolve) => setTimeout(resolve, kPauseMs));
  }
}

/** An address without its fragment, which is nothing to a server. */
export const storedUrl = (url: string): string => url.replace(/#.*$/s, "");

export function fileNames(url: string): { data: string; record: string } {
  const key = new Sha256()
    .update(new TextEncoder().encode(storedUrl(url)))
    .digest()
    .slice(0, 32);
  return { data: `${key}.gguf`, record: `${key}.json` };
}

export const recordText = (record: StoredRecord): string => JSON.stringify({ format: kFormat, ...record });

/** Undefined for what is no record of this format: cut off, damaged, or of another version of this package. */
export function parseRecord(text: string): StoredRecord | undefined {
  try {
    const { format, ...record } = JSON.parse(text) as StoredRecord & { format: number };
    const whole = record.checksums.length === Math.ceil(record.bytes / kChunkBytes);
    return format === kFormat && typeof record.url === "string" && whole ? record : undefined;
  } catch {
    return undefined;
  }
}
