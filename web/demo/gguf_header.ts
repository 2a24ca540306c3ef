// Reads the short texts of a GGUF header, for the development server's list. The engine has the reader that can be
// relied upon; this one only skips over what it does not show.

const PIECE = 1 << 20;
/** Bytes of a value of each GGUF type; strings (8) and arrays (9) say their own. */
const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const STRING = 8;
const ARRAY = 9;
const LONGEST = 1 << 16;

type Read = (length: number, position: number) => Promise<Uint8Array>;

class Cursor {
  readonly #read: Read;
  #piece: Uint8Array = new Uint8Array(0);
  #begin = 0;
  #at = 0;

  constructor(read: Read) {
    this.#read = read;
  }

  /** The next bytes, as a view. */
  async take(length: number): Promise<DataView> {
    if (this.#at < this.#begin || this.#at + length > this.#begin + this.#piece.length) {
      this.#piece = await this.#read(Math.max(length, PIECE), this.#at);
      this.#begin = this.#at;
    }
    const offset = this.#at - this.#begin;
    if (offset + length > this.#piece.length) throw new Error("the header is cut off");
    this.#at += length;
    return new DataView(this.#piece.buffer, this.#piece.byteOffset + offset, length);
  }

  async size(): Promise<number> {
    const n = (await this.take(8)).getBigUint64(0, true);
    if (n > 1n << 40n) throw new Error("the header holds an impossible length");
    return Number(n);
  }

  async type(): Promise<number> {
    return (await this.take(4)).getUint32(0, true);
  }

  skip(length: number): void {
    this.#at += length;
  }

  async text(): Promise<string | undefined> {
    const length = await this.size();
    if (length > LONGEST) {
      this.skip(length);
      return undefined;
    }
    const { buffer, byteOffset } = await this.take(length);
    return new TextDecoder().decode(new Uint8Array(buffer as ArrayBuffer, byteOffset, length));
  }
}

/** Keys of the header with their texts; other values are there as empty texts. */
export async function readHeader(read: Read): Promise<Map<string, string>> {
  const cursor = new Cursor(read);
  const magic = await cursor.take(4);
  if (magic.getUint32(0, false) !== 0x47475546) throw new Error("this is no GGUF file");
  await cursor.take(4);
  await cursor.size(); // tensors
  const entries = await cursor.size();
  const header = new Map<string, string>();
  for (let i = 0; i < entries; i++) {
    const key = (await cursor.text()) ?? "";
    const type = await cursor.type();
    header.set(key, (await value(cursor, type)) ?? "");
  }
  return header;
}

async function value(cursor: Cursor, type: number): Promise<string | undefined> {
  if (type === STRING) return cursor.text();
  if (type !== ARRAY) {
    cursor.skip(SIZES[type] ?? fail(type));
    return undefined;
  }
  const element = await cursor.type();
  const count = await cursor.size();
  if (element === STRING) {
    for (let i = 0; i < count; i++) cursor.skip(await cursor.size());
  } else cursor.skip(count * (SIZES[element] || fail(element)));
  return undefined;
}

function fail(type: number): never {
  throw new Error(`the header holds a value of unknown type ${type}`);
}
