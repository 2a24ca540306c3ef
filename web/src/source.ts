// A model file as a stream of bytes, from wherever it comes, with failures that a person understands.

import { OneheadError } from "./errors.js";
import { builtin } from "./node.js";
import type { WireSource } from "./protocol.js";

const kPieceBytes = 1 << 20;

export interface Piece {
  bytes: Uint8Array;
  /** Bytes of the whole file, where that is known or claimed. */
  total: number | undefined;
}

/** What the source is called in messages. */
export function sourceName(source: WireSource): string {
  if (source.kind === "url") return source.url;
  if (source.kind === "file") return source.path;
  return source.kind === "blob" ? "the given file" : "the given bytes";
}

/** Size of the file if it is certain: a server's word is not. */
export const certainBytes = (source: WireSource): number =>
  source.kind === "bytes" ? source.bytes.byteLength : source.kind === "blob" ? source.blob.size : 0;

export async function* readSource(source: WireSource, signal: AbortSignal): AsyncGenerator<Piece> {
  if (source.kind === "bytes") {
    const { bytes } = source;
    for (let at = 0; at < bytes.length; at += kPieceBytes) {
      yield { bytes: bytes.subarray(at, at + kPieceBytes), total: bytes.length };
    }
  } else if (source.kind === "blob") {
    yield* readStream(source.blob.stream(), source.blob.size, "The file");
  } else if (source.kind === "file") {
    yield* readFile(source.path);
  } else {
    const response = await request(source.url, {
      signal,
      ...(source.headers && { headers: source.headers }),
      ...(source.credentials && { credentials: source.credentials }),
    });
    // A compressed answer is longer than it says.
    const plain = !response.headers.get("content-encoding");
    const length = plain ? Number(response.headers.get("content-length")) : 0;
    if (!response.body) return;
    yield* readStream(response.body, length || undefined, source.url);
  }
}

/** Fetches, or throws `network` or `http`. */
export async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    throw new OneheadError(
      "network",
      `${url} could not be fetched: no connection, no such server, or the server does not allow this page to read it (CORS).`,
      { cause },
    );
  }
  if (!response.ok) {
    const reason = response.statusText ? ` (${response.statusText})` : "";
    throw new OneheadError("http", `The server answered ${response.status}${reason} for ${url}.`);
  }
  return response;
}

async function* readStream(
  stream: ReadableStream<Uint8Array>,
  total: number | undefined,
  name: string,
): AsyncGenerator<Piece> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new OneheadError("network", `${name} broke off while it was read.`, { cause });
      });
      if (done) return;
      yield { bytes: value, total };
    }
  } finally {
    reader.cancel().catch(() => {});
  }
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
    for (;;) {
      const { bytesRead } = await file.read(bytes, 0, bytes.length, null);
      if (bytesRead === 0) return;
      yield { bytes: bytes.subarray(0, bytesRead), total: size };
    }
  } finally {
    await file.close();
  }
}
