// A model file from wherever it comes, as pieces in order. One with an address is kept for the next visit, where the
// browser allows it, and what is kept is not fetched again.

import { download, type Piece, readStream } from "./download.js";
import { OneheadError } from "./errors.js";
import { builtin } from "./node.js";
import type { WireSource } from "./protocol.js";
import { hasRoom, NotKept, StoredFile } from "./store.js";

const kPieceBytes = 1 << 20;
/** Faults of the file itself: to keep it would be to meet them again. */
const kFaults = ["bad-file", "not-a-model", "non-finite", "wrong-hash"];

/** What the source is called in messages. */
export function sourceName(source: WireSource): string {
  if (source.kind === "url") return source.url;
  if (source.kind === "file") return source.path;
  return source.kind === "blob" ? "the given file" : "the given bytes";
}

/** Size of the file if it is certain: a server's word is not. */
export const certainBytes = (source: WireSource): number =>
  source.kind === "bytes" ? source.bytes.byteLength : source.kind === "blob" ? source.blob.size : 0;

export class ModelFile {
  readonly #source: WireSource;
  #store: StoredFile | undefined;
  #reason: string;
  #fromStore = false;

  private constructor(source: WireSource, store: StoredFile | NotKept) {
    this.#source = source;
    this.#store = store instanceof NotKept ? undefined : store;
    this.#reason = store instanceof NotKept ? store.reason : "";
  }

  /** `sha256`: what is kept and known to be another file is of no use. */
  static async open(source: WireSource, keep: boolean, sha256: string | undefined): Promise<ModelFile> {
    const store = await openStore(source, keep);
    if (store instanceof StoredFile && sha256 && store.sha256 && store.sha256 !== sha256) store.clear();
    return new ModelFile(source, store);
  }

  /** Where the file is kept, or why it is not. */
  get storage(): { storage: "opfs" } | { storage: "memory"; storageReason: string } {
    return this.#store ? { storage: "opfs" } : { storage: "memory", storageReason: this.#reason };
  }

  /** The whole file's, if it is kept and was right when somebody asked for it. */
  get sha256(): string | undefined {
    return this.#store?.sha256;
  }

  async *pieces(signal: AbortSignal): AsyncGenerator<Piece> {
    const source = this.#source;
    if (source.kind === "bytes") {
      const { bytes } = source;
      for (let at = 0; at < bytes.length; at += kPieceBytes) {
        yield { bytes: bytes.subarray(at, at + kPieceBytes), at, total: bytes.length };
      }
    } else if (source.kind === "blob") {
      let at = 0;
      for await (const bytes of readStream(source.blob.stream(), "The file")) {
        yield { bytes, at, total: source.blob.size };
        at += bytes.length;
      }
    } else if (source.kind === "file") {
      yield* readFile(source.path);
    } else {
      yield* this.#readUrl(source, signal);
    }
  }

  async *#readUrl(source: Extract<WireSource, { kind: "url" }>, signal: AbortSignal): AsyncGenerator<Piece> {
    let at = 0;
    for (const bytes of this.#store?.read() ?? []) {
      this.#fromStore = true;
      yield { bytes, at, total: this.#store?.total };
      at += bytes.length;
    }
    if (this.#store?.isWhole) return;
    let asked = false;
    for await (const piece of download(source, signal, { at, version: this.#store?.version })) {
      if (!asked && piece.total !== undefined) {
        asked = true;
        await this.#requireRoom(piece.total - piece.at);
      }
      await this.#write(piece);
      yield piece;
    }
  }

  async #requireRoom(bytes: number): Promise<void> {
    if (!this.#store || (await hasRoom(bytes))) return;
    await this.#notKept(`The browser grants this site no room for ${bytes} bytes more.`);
  }

  async #write(piece: Piece): Promise<void> {
    try {
      this.#store?.write(piece);
    } catch (error) {
      await this.#notKept(`The file could not be written (${(error as Error).name}).`);
    }
  }

  async #notKept(reason: string): Promise<void> {
    this.#reason = reason;
    const store = this.#store;
    this.#store = undefined;
    await store?.remove();
  }

  /** Whether the file was kept, in part at least, and so may be better when fetched: then it is forgotten. */
  forget(): boolean {
    if (!this.#fromStore) return false;
    this.#fromStore = false;
    this.#store?.clear();
    return true;
  }

  /** The engine has taken all of it. */
  async finish(sha256: string | undefined): Promise<void> {
    try {
      this.#store?.finish(sha256);
      this.#store?.close();
    } catch (error) {
      await this.#notKept(`The file could not be written (${(error as Error).name}).`);
    }
  }

  /** Bytes that are kept. */
  get storedBytes(): number {
    return this.#store?.bytes ?? 0;
  }

  /** Ends without the whole file: what has come so far stays, unless `error` is the file's own fault. */
  async close(error?: unknown): Promise<void> {
    const isFault = error instanceof OneheadError && kFaults.includes(error.code);
    if (isFault || this.storedBytes === 0) await this.#store?.remove();
    else this.#store?.close();
  }
}

async function openStore(source: WireSource, keep: boolean): Promise<StoredFile | NotKept> {
  if (source.kind !== "url") return new NotKept("Only models with an address are kept.");
  if (!keep) return new NotKept('The option store is "none".');
  return StoredFile.open(source.url);
}

async function* readFile(path: string): AsyncGenerator<Piece> {
  const fs = builtin("node:fs/promises");
  if (!fs) throw new OneheadError("network", `${path} is a local file, and there is no file system here.`);
  const file = await fs.open(path).catch((cause: unknown) => {
    throw new OneheadError("network", `${path} could not be opened: ${(cause as Error).message}.`, { cause });
  });
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(kPieceBytes);
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(bytes, 0, bytes.length, null);
      if (bytesRead === 0) return;
      yield { bytes: bytes.subarray(0, bytesRead), at, total: size };
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}
