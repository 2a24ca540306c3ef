// A file from a server. Where the connection breaks, the rest is asked for by Range, as long as the server's
// validators say that it is still the same file; otherwise the file begins anew. Nothing beyond a static file server
// is needed: one that knows no ranges sends all of it again, and what is there is skipped.

import { OneheadError } from "./errors.js";
import type { WireSource } from "./protocol.js";

export type UrlSource = Extract<WireSource, { kind: "url" }>;

/** What a server says to tell one version of a file from another. */
export interface FileVersion {
  etag?: string;
  lastModified?: string;
}

export interface Piece {
  bytes: Uint8Array;
  /** Where in the file these lie. 0 a second time: it begins anew, and what came before is void. */
  at: number;
  /** Bytes of the whole file, where that is known or claimed. */
  total: number | undefined;
  version?: FileVersion | undefined;
}

/** Pauses before going on; as many failures in a row, without this much in between, are the end. */
const kPausesMs = [200, 800, 3200];
const kProgressBytes = 1 << 16;
const kMaxRestarts = 3;

const network = (message: string, cause?: unknown) => new OneheadError("network", message, { cause });

class StatusError extends OneheadError {
  readonly response: Response;
  constructor(response: Response, url: string) {
    const reason = response.statusText ? ` (${response.statusText})` : "";
    super("http", `The server answered ${response.status}${reason} for ${url}.`);
    this.response = response;
  }
}

/** Fetches, or throws `network` or `http`. */
export async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    throw network(
      `${url} could not be fetched: no connection, no such server, or the server does not allow this page to read it (CORS).`,
      cause,
    );
  }
  if (!response.ok) throw new StatusError(response, url);
  return response;
}

/** What the answer says of the file's version; undefined if nothing that one could hold on to. */
function versionOf(headers: Headers): FileVersion | undefined {
  // Offsets in a compressed answer are none in the file.
  if (headers.get("content-encoding")) return undefined;
  const etag = headers.get("etag");
  const lastModified = headers.get("last-modified");
  if (etag && !etag.startsWith("W/")) return { etag };
  return lastModified ? { lastModified } : undefined;
}

const isSame = (a: FileVersion | undefined, b: FileVersion | undefined): boolean =>
  a !== undefined && b !== undefined && a.etag === b.etag && a.lastModified === b.lastModified;

interface Answer {
  body: ReadableStream<Uint8Array> | null;
  /** Where in the file the bytes begin that come after the first `skip` of the body. */
  at: number;
  skip: number;
  total: number | undefined;
  version: FileVersion | undefined;
}

function init(source: UrlSource, signal: AbortSignal, headers: Record<string, string> = {}): RequestInit {
  return {
    signal,
    headers: { ...source.headers, ...headers },
    ...(source.credentials && { credentials: source.credentials }),
  };
}

async function fromStart(source: UrlSource, signal: AbortSignal): Promise<Answer> {
  const response = await request(source.url, init(source, signal));
  return whole(response);
}

function whole(response: Response): Answer {
  // A compressed answer is longer than it says.
  const plain = !response.headers.get("content-encoding");
  const length = plain ? Number(response.headers.get("content-length")) : 0;
  return { body: response.body, at: 0, skip: 0, total: length || undefined, version: versionOf(response.headers) };
}

/** The rest from `at` on of this version; another version, or a server that cannot tell, begins at 0. */
async function rest(source: UrlSource, signal: AbortSignal, at: number, version: FileVersion): Promise<Answer> {
  const headers: Record<string, string> = { range: `bytes=${at}-` };
  // Saves a round trip where the file is another; to another origin it would cost one, and needs the server's leave.
  if (isOwnOrigin(source.url)) headers["if-range"] = version.etag ?? (version.lastModified as string);
  let response: Response;
  try {
    response = await request(source.url, init(source, signal, headers));
  } catch (error) {
    if (!(error instanceof StatusError) || error.response.status !== 416) throw error;
    // Nothing beyond: the file ends here, or is a shorter one now.
    const end = /^bytes \*\/(\d+)$/.exec(error.response.headers.get("content-range") ?? "");
    if (!end || Number(end[1]) !== at) return fromStart(source, signal);
    return { body: null, at, skip: 0, total: at, version };
  }
  const same = isSame(version, versionOf(response.headers));
  if (response.status !== 206) return { ...whole(response), ...(same && { at, skip: at }) };
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (!same || !range || Number(range[1]) !== at) {
    await response.body?.cancel();
    return fromStart(source, signal);
  }
  return { body: response.body, at, skip: 0, total: range[2] === "*" ? undefined : Number(range[2]), version };
}

const isOwnOrigin = (url: string): boolean => {
  const { location } = globalThis as { location?: { origin: string } };
  return location === undefined || location.origin === new URL(url).origin;
};

/** The file from `start` on, in order. Fails with `network` or `http`, after a few tries where something had come. */
export async function* download(
  source: UrlSource,
  signal: AbortSignal,
  start: { at: number; version?: FileVersion | undefined } = { at: 0 },
): AsyncGenerator<Piece> {
  let { at, version } = start;
  let failures = 0;
  let failedAt = at;
  let restarts = 0;
  let anything = false;
  let failure: unknown;
  for (;;) {
    try {
      const known = version !== undefined;
      const answer: Answer =
        at > 0 && version ? await rest(source, signal, at, version) : await fromStart(source, signal);
      if (answer.at === 0 && anything) {
        failedAt = 0;
        if (++restarts > kMaxRestarts) {
          await answer.body?.cancel();
          throw known ? network(`${source.url} changed again and again while it was read.`) : failure;
        }
      }
      ({ at, version } = answer);
      let { skip } = answer;
      for await (const all of readStream(answer.body, source.url)) {
        const bytes = all.subarray(skip);
        skip = Math.max(0, skip - all.length);
        if (bytes.length === 0) continue;
        anything = true;
        yield { bytes, at, total: answer.total, version };
        at += bytes.length;
      }
      if (answer.total === undefined || at >= answer.total) return;
      failure = network(`${source.url} broke off while it was read.`);
    } catch (error) {
      failure = error;
    }
    if (signal.aborted || !anything || restarts > kMaxRestarts || isFinal(failure)) throw failure;
    failures = at >= failedAt + kProgressBytes ? 0 : failures;
    failedAt = Math.max(failedAt, at);
    const pause = kPausesMs[failures++];
    if (pause === undefined) throw failure;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Whether asking again would be of no use: the server has answered, and it was not about its own state. */
const isFinal = (error: unknown): boolean =>
  error instanceof StatusError
    ? error.response.status < 500 && ![408, 425, 429].includes(error.response.status)
    : !(error instanceof OneheadError && error.code === "network");

export async function* readStream(stream: ReadableStream<Uint8Array> | null, name: string): AsyncGenerator<Uint8Array> {
  if (!stream) return;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw network(`${name} broke off while it was read.`, cause);
      });
      if (done) return;
      if (value.length > 0) yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
