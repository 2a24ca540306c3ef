// One model file in the browser's own store, held open by this thread alone. What cannot be kept is not an error: the
// file is then in memory only, and `reason` says why.

import { checksum } from "./checksum.js";
import type { FileVersion, Piece } from "./download.js";
import {
  fileNames,
  kChunkBytes,
  openFolder,
  parseRecord,
  recordText,
  type StoredRecord,
  type SyncAccessHandle,
  storedUrl,
  whenFree,
} from "./opfs.js";

/** Why a file is not kept. */
export class NotKept {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

export class StoredFile {
  readonly #folder: FileSystemDirectoryHandle;
  readonly #data: SyncAccessHandle;
  readonly #noteFile: SyncAccessHandle;
  #record: StoredRecord;
  readonly #chunk = new Uint8Array(kChunkBytes);
  #nChunk = 0;
  #open = true;

  private constructor(
    folder: FileSystemDirectoryHandle,
    data: SyncAccessHandle,
    noteFile: SyncAccessHandle,
    url: string,
  ) {
    this.#folder = folder;
    this.#data = data;
    this.#noteFile = noteFile;
    const bytes = new Uint8Array(noteFile.getSize());
    noteFile.read(bytes, { at: 0 });
    const record = parseRecord(new TextDecoder().decode(bytes));
    const usable = record?.url === url && record.bytes <= data.getSize();
    this.#record = usable ? record : emptyRecord(url);
  }

  /** The file that is kept for this address, or a new one. */
  static async open(address: string): Promise<StoredFile | NotKept> {
    const url = storedUrl(address);
    try {
      const folder = await openFolder();
      if (!folder) return new NotKept("There is no private file system (OPFS) here.");
      const names = fileNames(url);
      const noteFile = await lock(folder, names.record);
      if (noteFile instanceof NotKept) return noteFile;
      try {
        const data = await lock(folder, names.data);
        if (!(data instanceof NotKept)) return new StoredFile(folder, data, noteFile, url);
        noteFile.close();
        return data;
      } catch (error) {
        noteFile.close();
        throw error;
      }
    } catch (error) {
      return new NotKept(`The browser refused its private file system (${(error as Error).name}).`);
    }
  }

  get version(): FileVersion | undefined {
    return this.#record.version;
  }

  get total(): number | undefined {
    return this.#record.complete ? this.#record.bytes : this.#record.total;
  }

  get bytes(): number {
    return this.#record.bytes;
  }

  /** All bytes are here, though perhaps nobody has found the file good yet. */
  get isWhole(): boolean {
    return this.#record.complete || (this.#record.bytes > 0 && this.#record.bytes === this.#record.total);
  }

  get sha256(): string | undefined {
    return this.#record.sha256;
  }

  /** What is here, chunk by chunk (each until the next), as far as it is what was written; the rest is forgotten. */
  *read(): Generator<Uint8Array> {
    const { checksums, bytes } = this.#record;
    const buffer = new Uint8Array(kChunkBytes);
    for (let i = 0; i < checksums.length; ++i) {
      const at = i * kChunkBytes;
      const chunk = buffer.subarray(0, bytes - at);
      if (this.#data.read(chunk, { at }) !== chunk.length || checksum(chunk) !== checksums[i]) {
        this.#cut(i);
        return;
      }
      yield chunk;
    }
  }

  #cut(nChunks: number): void {
    const record = this.#record;
    record.checksums.length = nChunks;
    record.bytes = nChunks * kChunkBytes;
    record.complete = false;
    delete record.sha256;
    this.#note();
  }

  /** Takes the next piece of a download. Throws what the browser throws, when there is no more room. */
  write(piece: Piece): void {
    if (piece.at === 0) {
      this.#record = emptyRecord(this.#record.url);
      this.#nChunk = 0;
    }
    const record = this.#record;
    if (piece.version) record.version = piece.version;
    if (piece.total !== undefined) record.total = piece.total;
    for (let at = 0; at < piece.bytes.length; ) {
      const part = piece.bytes.subarray(at, at + kChunkBytes - this.#nChunk);
      this.#chunk.set(part, this.#nChunk);
      this.#nChunk += part.length;
      at += part.length;
      if (this.#nChunk < kChunkBytes) continue;
      this.#writeChunk();
      this.#note();
    }
  }

  #writeChunk(): void {
    const bytes = this.#chunk.subarray(0, this.#nChunk);
    const record = this.#record;
    const written = this.#data.write(bytes, { at: record.bytes });
    if (written !== bytes.length) throw new DOMException("There is no more room.", "QuotaExceededError");
    record.checksums.push(checksum(bytes));
    record.bytes += bytes.length;
    this.#nChunk = 0;
  }

  #note(): void {
    const text = new TextEncoder().encode(recordText(this.#record));
    this.#noteFile.truncate(0);
    this.#noteFile.write(text, { at: 0 });
  }

  /** The file has come to its end and is a model. */
  finish(sha256: string | undefined): void {
    if (this.#nChunk > 0) this.#writeChunk();
    this.#data.truncate(this.#record.bytes);
    this.#data.flush();
    this.#record.complete = true;
    this.#record.total = this.#record.bytes;
    this.#record.savedAt = Date.now();
    if (sha256) this.#record.sha256 = sha256;
    this.#note();
    this.#noteFile.flush();
  }

  /** Forgets what is here. */
  clear(): void {
    this.#cut(0);
  }

  /** Lets go of the file. What has come of it stays, for the next try. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#data.close();
    this.#noteFile.close();
  }

  /** Lets go of the file and removes it. */
  async remove(): Promise<void> {
    this.#record = emptyRecord(this.#record.url);
    this.close();
    const names = fileNames(this.#record.url);
    for (const name of [names.record, names.data]) await this.#folder.removeEntry(name).catch(() => {});
  }
}

const emptyRecord = (url: string): StoredRecord => ({
  url,
  bytes: 0,
  complete: false,
  checksums: [],
  savedAt: Date.now(),
});

async function lock(folder: FileSystemDirectoryHandle, name: string): Promise<SyncAccessHandle | NotKept> {
  const file: FileSystemFileHandle & { createSyncAccessHandle?(): Promise<SyncAccessHandle> } =
    await folder.getFileHandle(name, { create: true });
  if (!file.createSyncAccessHandle) return new NotKept("Only an engine in a worker of its own can keep files.");
  const open = file.createSyncAccessHandle.bind(file);
  return (await whenFree(open)) ?? new NotKept("Another tab or model of this site is using the kept file.");
}

/** Whether this many bytes more fit into what the browser grants the site, by its own estimate. */
export async function hasRoom(bytes: number): Promise<boolean> {
  const { quota, usage } = await navigator.storage.estimate().catch((): StorageEstimate => ({}));
  return quota === undefined || usage === undefined || bytes <= quota - usage;
}
