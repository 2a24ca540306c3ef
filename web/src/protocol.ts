// What the caller's thread and the engine's thread say to each other. Every request has an id and gets exactly one
// answer with that id; a load and a generation send events with it before, and a load asks for its threads.

import type { WireError } from "./errors.js";
import type { ThreadPlace } from "./thread.js";
import type { Candidate, LoadProgress, MemoryUse, ModelInfo, Result, Score, Trace, TraceTensor } from "./types.js";

export type WireSource =
  | { kind: "url"; url: string; headers?: Record<string, string>; credentials?: RequestCredentials }
  | { kind: "file"; path: string }
  | { kind: "blob"; blob: Blob }
  | { kind: "bytes"; bytes: Uint8Array };

export interface WireLoad {
  source: WireSource;
  module: WebAssembly.Module;
  threads: WireThreads;
  /** 0: the model's own. */
  contextLength: number;
  precisionF32: boolean;
  cacheInt8: boolean;
  /** Keep the file for the next visit, where that can be. */
  store: boolean;
  /** Of the whole file, in lower-case hexadecimal digits. */
  sha256: string | undefined;
}

export interface WireThreads {
  /** At most so many. */
  n: number;
  /** They must be that many, or loading fails. */
  asked: boolean;
  reason: string;
  /** The module takes shared memory. */
  shared: boolean;
}

export interface WireTrace {
  layers: readonly number[] | "all";
  heads: readonly number[] | "all";
  queries: readonly number[] | "last" | "all";
  include: readonly TraceTensor[];
  maxBytes: number;
}

/** A conversation as its template writes it. No special token is read across the breaks (UTF-16 offsets). */
export interface WireChat {
  text: string;
  breaks: readonly number[];
}

/** What a chat template and whoever guards it must know of a vocabulary. */
export interface ChatTokens {
  bos: string;
  eos: string;
  /** Texts that must not become tokens where a stranger wrote them. */
  control: readonly string[];
}

export interface WireGenerate {
  /** 0: a session of its own, for this generation alone. */
  session: number;
  /** A conversation stands for all that the session is to hold, any other prompt comes after what it holds. */
  prompt: string | Int32Array | WireChat;
  maxTokens: number;
  stop: readonly string[];
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  repetitionPenalty: number;
  beams: number;
  lengthPenalty: number;
  seed: number;
  logprobs: boolean;
  candidates: number;
  trace: WireTrace | undefined;
  ablate: readonly { layer: number; head: number }[];
}

export interface WireEstimate {
  fileBytes: number;
  /** Of the file, already in the browser's store. */
  storedBytes: number;
  memoryBytes: number;
  contextLength: number;
}

export interface SessionState {
  position: number;
  kvBytes: number;
}

/** Each operation: what it takes and what it answers. */
export interface Operations {
  load: { args: WireLoad; value: WireInfo };
  estimate: { args: WireLoad; value: WireEstimate };
  /** The threads asked for by `places` wait for work, or why they do not. */
  threadsStarted: { args: { failure: string | undefined }; value: undefined };
  encode: { args: { text: string; bos: boolean | undefined; special: boolean }; value: Int32Array };
  decode: { args: { ids: Int32Array }; value: string };
  memory: { args: Record<never, never>; value: MemoryUse };
  chatTokens: { args: Record<never, never>; value: ChatTokens };
  createSession: { args: Record<never, never>; value: SessionState & { session: number } };
  fork: { args: { session: number }; value: SessionState & { session: number } };
  save: { args: { session: number }; value: Uint8Array };
  restore: { args: { bytes: Uint8Array }; value: SessionState & { session: number } };
  rewind: { args: { session: number; position: number }; value: SessionState };
  freeSession: { args: { session: number }; value: undefined };
  append: { args: { session: number; prompt: string | Int32Array }; value: SessionState };
  generate: { args: WireGenerate; value: WireResult };
  score: {
    args: { prompt: string | Int32Array; continuations: (string | Int32Array)[] };
    value: Score[];
  };
  /** `session`: after what this session holds, which stays as it is; 0: from nothing. */
  trace: { args: { session: number; prompt: string | Int32Array; trace: WireTrace }; value: Trace };
  /** Stops a request, if it still runs, and leaves the session (0: none) at a position. */
  abort: { args: { target: number; session: number; position: number }; value: SessionState };
}

export type Operation = keyof Operations;

export type Request = {
  [O in Operation]: { id: number; op: O } & Operations[O]["args"];
}[Operation];

export type Answer =
  | { id: number; value: unknown }
  | { id: number; error: WireError }
  | { id: number; progress: LoadProgress }
  | { id: number; places: ThreadPlace[] }
  | { id: number; tokens: WireToken[]; state: SessionState };

/** A generated token; `position` is where the session stands once it holds it. */
export interface WireToken {
  id: number;
  text: string;
  index: number;
  logprob?: number;
  position: number;
  candidates?: Candidate[];
  trace?: Trace;
}

export interface WireResult {
  finishReason: Result["finishReason"];
  /** Characters that never became whole, as U+FFFD, where no token is left to carry them. */
  tail: string;
  promptTokens: number;
  completionTokens: number;
  promptMs: number;
  /** From the first token chosen to the last. */
  decodeMs: number;
  /** Passes in that time. */
  decodeSteps: number;
  state: SessionState;
}

/** What the engine's side knows of {@link ModelInfo}. */
export type WireInfo = Omit<ModelInfo, "variant">;

/** One end of the line between the two threads. */
export interface Port<In, Out> {
  post(message: Out, transfer?: Transferable[]): void;
  listen(onMessage: (message: In) => void, onFailure: (reason: string) => void): void;
  /** While something is pending, the other end must keep the process alive (Node). */
  keepAlive(pending: boolean): void;
  /** Ends the other end; resolves when it is gone. */
  end(): Promise<void>;
}
