// The wasm module as typed calls that throw OneheadError. After a trap the module's memory cannot be trusted any
// more: the engine is then dead, and says so at every later call.

import { coreError, OneheadError } from "./errors.js";
import { EncodeFlag, type RawEngine, type RawEstimate, type RawInfo } from "./raw_engine.js";
import type { Candidate, MemoryUse } from "./types.js";

const kStagingBytes = 1 << 20;

export interface SamplingOptions {
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  repetitionPenalty: number;
  seed: number;
}

/** What a forward pass gives for one row that wanted logits. */
export interface RowOutput {
  /** The sampled token, or the target of a scored row. */
  id: number;
  logprob: number;
  text: string;
  candidates: Candidate[];
}

export class Engine {
  #dead: string | undefined;
  #raw: RawEngine | undefined;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #tokenBytes = new Map<number, Uint8Array>();

  constructor(raw: RawEngine) {
    this.#raw = raw;
  }

  /** Runs one call into the module; what it throws is a trap. */
  call<T>(run: (raw: RawEngine) => T): T {
    if (!this.#raw || this.#dead !== undefined) throw this.#death();
    try {
      return run(this.#raw);
    } catch (error) {
      if (error instanceof OneheadError) throw error;
      this.#dead = error instanceof Error ? error.message : String(error);
      throw this.#death();
    }
  }

  #death(): OneheadError {
    return new OneheadError(
      "internal",
      `The engine stopped at a fault of its own (${this.#dead}). Dispose this model and load it again.`,
    );
  }

  get isDead(): boolean {
    return this.#dead !== undefined;
  }

  /** As {@link call}, for methods whose negative result is an error code. */
  handle(run: (raw: RawEngine) => number): number {
    return this.call((raw) => {
      const result = run(raw);
      if (result < 0) throw coreError(-result, raw.lastError());
      return result;
    });
  }

  /** As {@link call}, for methods that return an error code. */
  check(run: (raw: RawEngine) => number): void {
    this.handle((raw) => -run(raw));
  }

  beginLoad(fileBytes: number, contextLength: number, precisionF32: boolean, cacheInt8: boolean): void {
    this.check((raw) => raw.loadBegin(fileBytes, contextLength, precisionF32, cacheInt8));
  }

  /** Hands over one piece of the file, at most 1 MiB of it; returns how much was taken. */
  pushFile(bytes: Uint8Array, begin: number): number {
    const n = Math.min(kStagingBytes, bytes.length - begin);
    this.check((raw) => {
      raw.staging(n).set(bytes.subarray(begin, begin + n));
      return raw.loadPush(n);
    });
    return n;
  }

  endLoad(): void {
    this.check((raw) => raw.loadEnd());
  }

  beginEstimate(contextLength: number, precisionF32: boolean, cacheInt8: boolean): void {
    this.check((raw) => raw.estimateBegin(contextLength, precisionF32, cacheInt8));
  }

  /** Looks at the next bytes of the file; undefined until that was enough. */
  pushEstimate(bytes: Uint8Array): RawEstimate | undefined {
    for (let at = 0; at < bytes.length; at += kStagingBytes) {
      const part = bytes.subarray(at, at + kStagingBytes);
      this.check((raw) => {
        raw.staging(part.length).set(part);
        return raw.estimatePush(part.length);
      });
      const estimate = this.call((raw) => raw.estimate());
      if (estimate) return estimate;
    }
    return undefined;
  }

  info(): RawInfo {
    return this.call((raw) => raw.info());
  }

  metadataJson(): string {
    return this.call((raw) => raw.metadataJson());
  }

  memory(): MemoryUse {
    return this.call((raw) => ({
      wasmBytes: raw.tokens().buffer.byteLength,
      heapBytes: raw.heapBytes(),
      allocations: raw.allocations(),
    }));
  }

  encode(text: string, bos: boolean | undefined, special: boolean): Int32Array {
    const flags =
      (bos === undefined ? 0 : bos ? EncodeFlag.bos : EncodeFlag.noBos) | (special ? EncodeFlag.special : 0);
    this.check((raw) => raw.encode(text, flags, 0));
    return this.call((raw) => raw.tokens().slice());
  }

  /** Text with special tokens, but none across the breaks (offsets in UTF-16 units); nothing is put before it. */
  encodeBroken(text: string, breaks: readonly number[]): Int32Array {
    let at = 0;
    let nBytes = 0;
    const offsets = breaks.map((place) => {
      nBytes += this.#encoder.encode(text.slice(at, place)).length;
      at = place;
      return nBytes;
    });
    this.check((raw) => {
      raw.idsBuffer(offsets.length).set(offsets);
      return raw.encode(text, EncodeFlag.noBos | EncodeFlag.special, offsets.length);
    });
    return this.call((raw) => raw.tokens().slice());
  }

  /** Texts of control tokens and of those that end a text. */
  controlPieces(): string[] {
    this.check((raw) => raw.listControlPieces());
    const text = this.call((raw) => this.#decoder.decode(raw.bytes()));
    return text.split("\0").slice(0, -1);
  }

  decode(ids: ArrayLike<number>): string {
    return this.#decoder.decode(this.#decodeBytes(ids));
  }

  // A copy, because TextDecoder refuses a view of shared memory.
  #decode(text: Uint8Array): string {
    return this.#decoder.decode(text.slice());
  }

  #decodeBytes(ids: ArrayLike<number>): Uint8Array {
    this.check((raw) => {
      raw.idsBuffer(ids.length).set(ids);
      return raw.decode(ids.length);
    });
    return this.call((raw) => raw.bytes().slice());
  }

  isEnd(id: number): boolean {
    return this.call((raw) => raw.isEnd(id));
  }

  isControl(id: number): boolean {
    return this.call((raw) => raw.isControl(id));
  }

  /** The bytes that a token adds to a text in its middle: a control token's are its name. */
  tokenBytes(id: number): Uint8Array {
    const known = this.#tokenBytes.get(id);
    if (known) return known;
    // Twice the token, less once the token: a tokenizer may drop the first space of a text.
    const bytes = this.isControl(id)
      ? this.call((raw) => raw.tokenPiece(id).slice())
      : this.#decodeBytes([id, id]).subarray(this.#decodeBytes([id]).length);
    this.#tokenBytes.set(id, bytes);
    return bytes;
  }

  /** Text of a token by itself; parts of a character give U+FFFD. */
  tokenText(id: number): string {
    return this.#decoder.decode(this.tokenBytes(id));
  }

  /** Text that tokens add to a text in its middle; undefined if a character of it is not whole. */
  wholeText(ids: readonly number[]): string | undefined {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
    try {
      return ids.map((id) => decoder.decode(this.tokenBytes(id), { stream: true })).join("") + decoder.decode();
    } catch {
      return undefined;
    }
  }

  /** A session as bytes; `pending`: tokens after those that it has read. */
  saveSession(session: number, pending: readonly number[]): Uint8Array {
    this.check((raw) => {
      raw.idsBuffer(pending.length).set(pending);
      return raw.saveBegin(session, pending.length);
    });
    const bytes = new Uint8Array(this.call((raw) => raw.saveBytes()));
    for (let at = 0, n = 1; n > 0; at += n) {
      n = this.call((raw) => raw.savePull(kStagingBytes));
      if (n > 0)
        bytes.set(
          this.call((raw) => raw.staging(n).subarray(0, n)),
          at,
        );
    }
    return bytes;
  }

  /** The session's handle and all its tokens, pending ones too. */
  restoreSession(bytes: Uint8Array): { handle: number; ids: Int32Array } {
    this.check((raw) => raw.restoreBegin(bytes.length));
    for (let at = 0; at < bytes.length; at += kStagingBytes) {
      const piece = bytes.subarray(at, at + kStagingBytes);
      this.check((raw) => {
        raw.staging(piece.length).set(piece);
        return raw.restorePush(piece.length);
      });
    }
    const handle = this.handle((raw) => raw.restoreEnd());
    return { handle, ids: this.call((raw) => raw.tokens().slice()) };
  }

  configureSession(session: number, o: SamplingOptions): void {
    this.check((raw) =>
      raw.configureSession(session, o.temperature, o.topK, o.topP, o.minP, o.repetitionPenalty, o.seed),
    );
  }

  setAblation(session: number, pairs: readonly { layer: number; head: number }[]): void {
    this.check((raw) => {
      raw.idsBuffer(2 * pairs.length).set(pairs.flatMap(({ layer, head }) => [layer, head]));
      return raw.setAblation(session, pairs.length);
    });
  }

  /** The i-th logits row of the last forward pass. `nCandidates`: as given to it. */
  output(i: number, nCandidates: number, sampled: boolean): RowOutput {
    const row = this.call((raw) => ({
      id: raw.sampled()[i] as number,
      logprob: raw.sampledLogprobs()[i] as number,
      text: sampled ? this.#decode(raw.text(i)) : "",
      ids: Array.from(raw.candidateIds().subarray(i * nCandidates, (i + 1) * nCandidates)),
      logprobs: Array.from(raw.candidateLogprobs().subarray(i * nCandidates, (i + 1) * nCandidates)),
    }));
    const candidates = row.ids.map((id, c) => ({
      id,
      text: this.tokenText(id),
      logprob: row.logprobs[c] as number,
    }));
    return { id: row.id, logprob: row.logprob, text: row.text, candidates };
  }

  flushText(session: number): string {
    return this.call((raw) => this.#decode(raw.flushText(session)));
  }

  /** Lets go of the module and its memory. */
  delete(): void {
    this.#raw = undefined;
    this.#dead ??= "it was disposed";
  }
}
