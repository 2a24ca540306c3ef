// The browser's private file system in memory, for Node: as much of it as a worker uses, with a quota.

const named = (name: string) => new DOMException(name, name);

class FakeFile {
  bytes = new Uint8Array(0);
  locked = false;
}

export class FakeOpfs {
  readonly files = new Map<string, FakeFile>();
  /** Bytes of all files together, at most. */
  quota = Number.POSITIVE_INFINITY;
  /** What `estimate` claims, if not the truth. */
  claimed: number | undefined;
  /** Throws instead of giving the root. */
  refusal: string | undefined;
  withSync = true;

  get usage(): number {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** The one file whose name ends so. */
  file(ending: string): FakeFile {
    const found = [...this.files].filter(([name]) => name.endsWith(ending));
    if (found.length !== 1) throw new Error(`${found.length} files end with ${ending}`);
    return (found[0] as [string, FakeFile])[1];
  }

  /** A worker that was ended, with all that it held. */
  unlock(): void {
    for (const file of this.files.values()) file.locked = false;
  }

  readonly navigator = {
    storage: {
      getDirectory: async () => {
        if (this.refusal) throw named(this.refusal);
        return { getDirectoryHandle: async () => this.#folder };
      },
      estimate: async () => ({ quota: this.claimed ?? this.quota, usage: this.usage }),
    },
  };

  readonly #folder = {
    getFileHandle: async (name: string) => {
      const file = this.files.get(name) ?? new FakeFile();
      this.files.set(name, file);
      return this.#handle(name, file);
    },
    removeEntry: async (name: string) => {
      const file = this.files.get(name);
      if (!file) throw named("NotFoundError");
      if (file.locked) throw named("NoModificationAllowedError");
      this.files.delete(name);
    },
    values: async function* (this: unknown) {},
  };

  #handle(name: string, file: FakeFile) {
    const base = { kind: "file", name, getFile: async () => new Blob([file.bytes]) };
    return this.withSync ? { ...base, createSyncAccessHandle: async () => this.#open(file) } : base;
  }

  #open(file: FakeFile) {
    if (file.locked) throw named("NoModificationAllowedError");
    file.locked = true;
    const resize = (n: number) => {
      if (this.usage - file.bytes.length + n > this.quota) throw named("QuotaExceededError");
      const bytes = new Uint8Array(n);
      bytes.set(file.bytes.subarray(0, n));
      file.bytes = bytes;
    };
    return {
      read(into: Uint8Array, { at }: { at: number }) {
        const part = file.bytes.subarray(at, at + into.length);
        into.set(part);
        return part.length;
      },
      write(bytes: Uint8Array, { at }: { at: number }) {
        if (at + bytes.length > file.bytes.length) resize(at + bytes.length);
        file.bytes.set(bytes, at);
        return bytes.length;
      },
      truncate: resize,
      getSize: () => file.bytes.length,
      flush() {},
      close() {
        file.locked = false;
      },
    };
  }

  constructor() {
    this.#folder.values = async function* (this: FakeOpfs) {
      for (const [name, file] of this.files) yield this.#handle(name, file);
    }.bind(this) as never;
  }
}
