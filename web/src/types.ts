/// <reference lib="esnext.disposable" preserve="true" />
// The public types. Sizes are bytes, times milliseconds, log-probabilities natural logarithms.

/** A build of the engine: plain or relaxed WebAssembly SIMD, for one thread or several. All give the same bits. */
export type Variant = "simd128" | "relaxed" | "simd128-threads" | "relaxed-threads";

/** Text, or token ids. Text is never searched for special tokens; build ids with {@link Model.encode} for that. */
export type Prompt = string | readonly number[] | Int32Array;

// Names of a page's globals, for programs that are compiled without a page's types.
type Global<Name extends string, Otherwise> = typeof globalThis extends { [N in Name]: { prototype: infer T } }
  ? T
  : Otherwise;
/** A `Worker`, where there is such a type. */
export type EngineWorker = Global<"Worker", object>;
/** A `WebAssembly.Module`, where there is such a type. */
export type EngineModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer T } } } ? T : object;

/** How far loading is. `total` is absent where the server does not say, or has said something untrue. */
export interface LoadProgress {
  phase: "runtime" | "model";
  loaded: number;
  total?: number;
}

/** What {@link load} takes, besides the model itself. */
export interface LoadOptions {
  /** Aborts loading; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** For a model given by address: what to send with the request. */
  request?:
    | {
        headers?: Readonly<Record<string, string>> | undefined;
        credentials?: "omit" | "same-origin" | "include" | undefined;
      }
    | undefined;
  /** Hand the given `ArrayBuffer` over to the engine's thread instead of copying it; it is empty afterwards. */
  transfer?: boolean | undefined;
  /**
   * For a model given by address: keep the file in the browser's private file system (OPFS), so that the next visit
   * opens it without the network. Where that cannot be, the file is in memory only, and `model.info` says why.
   * What is kept is not asked about again: a changed file needs another address, or its `sha256`. Default `"opfs"`.
   */
  store?: "opfs" | "none" | undefined;
  /** SHA-256 of the whole file, in hexadecimal digits. Any other file is the error `wrong-hash`. */
  sha256?: string | undefined;
  /** Positions a session may hold; default and upper bound: what the file says. */
  contextLength?: number | undefined;
  /**
   * Numbers of the K/V cache. `"f32"` (default) keeps them as the model computes them; `"int8"` takes a quarter of the
   * memory, is faster where texts are long, and changes the answers a little.
   */
  cache?: "f32" | "int8" | undefined;
  /** `"int8"` follows the file (quantised weights take int8 activations); `"f32"` computes everything in f32. */
  precision?: "int8" | "f32" | undefined;
  runtime?: RuntimeOptions | undefined;
}

/** What {@link estimate} takes: what would be given to {@link load}, which decides what it takes. */
export type EstimateOptions = Omit<LoadOptions, "transfer">;

/** What loading a model would take. */
export interface Estimate {
  /** Bytes of the file. */
  readonly fileBytes: number;
  /** Bytes that loading would fetch: none for a file that is here, or is kept from an earlier visit. */
  readonly downloadBytes: number;
  /** Bytes of memory with one session that fills its context: weights, K/V, vocabulary and scratch, nearly. */
  readonly memoryBytes: number;
  /** Positions a session may hold, by the options and the file. */
  readonly contextLength: number;
  /** Whether it fits into what a 32-bit engine can have and into what the device says of itself. */
  readonly fits: boolean;
  /** Why it does not, as a sentence. */
  readonly reason?: string;
}

/** Where and how the engine runs. */
export interface RuntimeOptions {
  /**
   * `false` runs in the calling thread. A function makes the worker in your own way: of the script `onehead/worker`, a
   * new one at each call, since every further thread is such a worker too; or `localWorker` of `onehead/local`, which is
   * `false` without a dynamic import (service workers).
   */
  worker?: false | (() => EngineWorker) | undefined;
  /** Own addresses of the engine's `.wasm` files, or compiled modules. */
  wasm?: { readonly [V in Variant]?: string | URL | EngineModule | undefined } | undefined;
  /** The build to use; default: the fastest that this engine can run. */
  variant?: Variant | undefined;
  /**
   * Threads that compute together, 1 to 32. More than one needs shared memory, which a page has if it is cross-origin
   * isolated (COOP and COEP headers). Default: as many as there seem to be cores, at most 8; 1 where memory cannot be
   * shared or the model is small. `model.info.threadsReason` says why. A number that cannot be had is an error.
   */
  threads?: number | undefined;
}

/** What a loaded model is. */
export interface ModelInfo {
  readonly architecture: string;
  readonly nLayers: number;
  readonly modelDim: number;
  readonly hiddenDim: number;
  /** H: query heads of a layer. */
  readonly nQueryHeads: number;
  /** G: K/V heads of a layer; 1 is multi-query attention. */
  readonly nKvHeads: number;
  /** For each layer, the positions that a query sees, itself included; 0: all. */
  readonly windows: readonly number[];
  readonly headDim: number;
  readonly vocabSize: number;
  /** Positions a session may hold. */
  readonly contextLength: number;
  readonly parameterCount: number;
  readonly fileBytes: number;
  /** Weights as they lie in memory. */
  readonly weightBytes: number;
  /** K and V of one position, all layers. */
  readonly kvBytesPerToken: number;
  readonly bosId: number;
  readonly eosId: number;
  readonly variant: Variant;
  /** Threads that compute. */
  readonly threads: number;
  /** Why it is that many. */
  readonly threadsReason: string;
  /** Bytes of the engine's memory after loading. */
  readonly memoryBytes: number;
  /** Where the file is kept: in the browser, for the next visit, or nowhere but in memory. */
  readonly storage: "opfs" | "memory";
  /** Why it is in memory only. */
  readonly storageReason?: string;
  /** Names the arithmetic: equal ids give equal bits. */
  readonly numericsId: string;
  /** Numbers of the K/V cache. */
  readonly cache: "f32" | "int8";
  /** The integer dot product in use. */
  readonly intDot: string;
  /** The file's own metadata: every scalar and short array of its header. */
  readonly metadata: Readonly<Record<string, MetadataValue>>;
}

export type MetadataValue = string | number | boolean | readonly (string | number | boolean)[];

/** The engine's own count of its memory. */
export interface MemoryUse {
  /** Size of the WebAssembly memory; it only grows. */
  readonly wasmBytes: number;
  /** Bytes in use inside. */
  readonly heapBytes: number;
  /** Allocations made since the start. */
  readonly allocations: number;
}

/** A loaded model. Every method but `dispose` works in the engine's thread and never blocks the caller's. */
export interface Model extends Disposable, AsyncDisposable {
  readonly info: ModelInfo;
  /**
   * Continues a prompt. Starts at once; several run side by side. Wrong options throw here; iterating and `result()`
   * reject with `empty-prompt`, `context-full`, `non-finite`, `max-bytes`, `disposed`, or the signal's reason.
   */
  generate(prompt: Prompt, options?: GenerateOptions): Generation;
  /** A conversation that keeps its K/V cache. */
  createSession(): Promise<Session>;
  /**
   * A session from what {@link Session.save} gave, here or in another tab or program: it continues with the same bits.
   * Rejects with `bad-session` for bytes that are damaged, or were saved with another model file, another engine, or
   * another `cache` or `precision`.
   */
  restore(bytes: Uint8Array): Promise<Session>;
  /**
   * The log-probability of each continuation after the prompt, in order. Texts are tokenised together with the prompt;
   * where that changes the prompt's own last tokens, they count as part of the continuation.
   */
  score(prompt: Prompt, continuations: readonly Prompt[], options?: ScoreOptions): Promise<Score[]>;
  /** What the model does with a prompt, as tensors: those that `include` names. Rejects with `max-bytes`, not in part. */
  trace<const K extends TraceTensor = "attention">(
    prompt: Prompt,
    options?: TraceOptions<K> & { signal?: AbortSignal | undefined },
  ): Promise<Trace & { readonly [N in K]: Tensor }>;
  /** Text to token ids. */
  encode(text: string, options?: EncodeOptions): Promise<Int32Array>;
  /** Token ids to text. Control tokens give nothing, broken UTF-8 gives U+FFFD. */
  decode(ids: readonly number[] | Int32Array): Promise<string>;
  memory(): Promise<MemoryUse>;
  /** Ends the engine and gives its memory back; whatever is pending rejects with `disposed`. May be called again. */
  dispose(): void;
}

export interface EncodeOptions {
  /** Begin with the beginning-of-text token; default: what the file says. */
  bos?: boolean | undefined;
  /** Read special tokens written in the text (`<|im_start|>`). Leave it off for text of a stranger. Default false. */
  special?: boolean | undefined;
}

/** One sequence with its own K/V cache. One call at a time: a second one is the error `busy`. */
export interface Session extends Disposable, AsyncDisposable {
  /** Tokens the session holds. */
  readonly position: number;
  /** Bytes of K/V blocks in use by this session; blocks shared with a fork count in both. */
  readonly kvBytes: number;
  /** Reads text or tokens without answering. If it fails or is aborted, the session stands where it stood. */
  append(prompt: Prompt, options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /**
   * Reads the prompt and continues it; an empty prompt continues what is there. If it ends early, the session stands at
   * the last delivered token, or where it stood, if there was none.
   */
  generate(prompt: Prompt, options?: GenerateOptions): Generation;
  /**
   * What the model does with a text after what the session holds, which stays as it is: {@link Model.trace} without
   * reading the past again. Positions count from the session's beginning; `keys` and `values` cover the traced text.
   */
  trace<const K extends TraceTensor = "attention">(
    prompt: Prompt,
    options?: TraceOptions<K> & { signal?: AbortSignal | undefined },
  ): Promise<Trace & { readonly [N in K]: Tensor }>;
  /**
   * Answers a conversation through the chat template of the model's file. `messages` is the whole conversation so far,
   * as in the OpenAI API: append each answer's text and the next message, and call again. What the session already
   * holds of it is neither read nor tokenised again (the answers stay the tokens that the model chose), so a turn costs
   * its own new text; what the session holds beyond it is forgotten. Control tokens written in a message stay text.
   * The first call loads `@huggingface/jinja`. If it ends early, the session holds a beginning of the conversation.
   *
   * Throws `no-chat-template` for a model without one. Rejects as `generate` does, and with `template-failed`.
   * @example
   * ```ts
   * const messages = [{ role: "user", content: "Name three birds." }];
   * const { text } = await session.chat(messages, { maxTokens: 100 }).result();
   * messages.push({ role: "assistant", content: text }, { role: "user", content: "Which of them can swim?" });
   * for await (const token of session.chat(messages)) out.append(token.text);
   * ```
   */
  chat(messages: readonly ChatMessage[], options?: GenerateOptions): Generation;
  /**
   * Forgets everything from this position on. A model whose layers see a window (Gemma 3) keeps what the last 64
   * positions need: after going back further, a long text is read again with the next call.
   */
  rewind(position: number): Promise<void>;
  /**
   * All of the session as bytes, for {@link Model.restore}: its tokens and its K/V cache, a little over `kvBytes`, and
   * the text of its conversation if it has one.
   */
  save(): Promise<Uint8Array>;
  /** A second session with the same past; the cache is shared until they part. */
  fork(): Promise<Session>;
  dispose(): void;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface GenerateOptions {
  /** Default: until the model ends its text or the context is full. */
  maxTokens?: number | undefined;
  /** The text ends before the first of these; they are not part of the result. */
  stop?: readonly string[] | undefined;
  /** 0 (default) takes the likeliest token each time. */
  temperature?: number | undefined;
  /** Sample among the k likeliest; 0 (default) means all. */
  topK?: number | undefined;
  /** Sample among the likeliest that hold this share of probability together. Default 1. */
  topP?: number | undefined;
  /** Drop tokens less likely than this share of the likeliest. Default 0. */
  minP?: number | undefined;
  /** Above 1 makes tokens of the text so far less likely. Default 1. */
  repetitionPenalty?: number | undefined;
  /**
   * Above 1 follows so many texts at once and takes the likeliest (beam search), 32 at most. They share the cache of
   * what they have in common. The tokens come when the search is over. Default 1: the likeliest token each time.
   */
  beams?: number | undefined;
  /** Of n tokens, the likeliest text has the highest log-probability ÷ n^lengthPenalty. 0 to 10, default 1. */
  lengthPenalty?: number | undefined;
  /** Default 0. The same seed gives the same text everywhere. */
  seed?: number | undefined;
  /** Give each token its log-probability; `candidates` does too. Default false: it costs a little time. */
  logprobs?: boolean | undefined;
  /** Give each token the n likeliest alternatives, itself included if among them. Default 0. */
  candidates?: number | undefined;
  /** Give each token the trace of the step that chose it; see {@link Token.trace}. */
  trace?: TraceOptions | undefined;
  /** Silence these query heads. */
  ablate?: readonly { layer: number; head: number }[] | undefined;
  /** Stops; what is pending rejects with the signal's reason, and a session stands at the last delivered token. */
  signal?: AbortSignal | undefined;
}

/**
 * A running continuation. Iterate it, or take `textStream()`, or only `result()`; tokens can be taken once.
 * Leaving a `for await` loop early stops it.
 */
export interface Generation extends AsyncIterable<Token> {
  result(): Promise<Result>;
  textStream(): ReadableStream<string>;
}

export interface Token {
  readonly id: number;
  /** Whole characters; a character made of several tokens comes with its last one. */
  readonly text: string;
  /** 0 for the first generated token. */
  readonly index: number;
  /** Of the model's own distribution, before temperature and the like; with `logprobs` or `candidates`. */
  readonly logprob?: number;
  /** The likeliest tokens of this step, best first; with `candidates`. */
  readonly candidates?: readonly Candidate[];
  /**
   * With `trace`: the step that chose this token, seen from the row before it. The first token's trace covers the
   * prompt in `positions` and `tokens` (and asks with all its rows, with `queries: "all"`), each later one the one row that
   * was added.
   */
  readonly trace?: Trace;
}

export interface Candidate {
  readonly id: number;
  readonly text: string;
  readonly logprob: number;
}

export interface Result {
  readonly text: string;
  /** `eos`: the model ended its text; `context`: no room left. */
  readonly finishReason: "eos" | "stop" | "maxTokens" | "context";
  /** `promptTokens`: all that was read for the answer; what the session had read before is not among them. */
  readonly usage: { readonly promptTokens: number; readonly completionTokens: number };
  readonly timings: Timings;
}

/** Measured with `performance.now()`. */
export interface Timings {
  /** From the call to the first token's arrival in the calling thread. */
  readonly timeToFirstTokenMs: number;
  /** From the call to the end. */
  readonly totalMs: number;
  /** Reading the prompt, in the engine: from its first row to the first token chosen. */
  readonly promptMs: number;
  /** Absent for an empty prompt. */
  readonly promptTokensPerSecond?: number;
  /** From the first token to the last, in the engine. Absent below two tokens. */
  readonly tokensPerSecond?: number;
}

export interface ScoreOptions {
  signal?: AbortSignal | undefined;
}

export interface Score {
  /** Sum over the tokens. */
  readonly logprob: number;
  readonly tokens: readonly { readonly id: number; readonly text: string; readonly logprob: number }[];
}

export type TraceTensor = "attention" | "queries" | "keys" | "values" | "hidden";

export interface TraceOptions<K extends TraceTensor = TraceTensor> {
  /** Default `"all"`. */
  layers?: readonly number[] | "all" | undefined;
  /** Query heads. Default `"all"`. */
  heads?: readonly number[] | "all" | undefined;
  /** Positions that ask. Default `"last"`. In a generation only `"last"` and `"all"` (the prompt's rows too). */
  queries?: readonly number[] | "last" | "all" | undefined;
  /** Default `["attention"]`. */
  include?: readonly K[] | undefined;
  /** Refuse (`max-bytes`) what would be larger. Default 64 MiB. */
  maxBytes?: number | undefined;
}

/** Row-major numbers; `axes` names each entry of `shape`. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly axes: readonly string[];
}

/** Tensors of the chosen layers, heads and queries; those not included are absent. */
export interface Trace {
  readonly layers: readonly number[];
  readonly heads: readonly number[];
  /** Positions of the rows that ask. */
  readonly queryPositions: readonly number[];
  /** Positions that `keys`, `values` and `tokens` cover. */
  readonly positions: readonly number[];
  /** The tokens at those positions. */
  readonly tokens: readonly TracedToken[];
  /** `[layer, head, query, key]`: weights; each row sums to 1, keys after the query are 0. Keys are positions from 0. */
  readonly attention?: Tensor;
  /** `[layer, head, query, dim]`: after rotation, before scaling by 1/√dim. */
  readonly queries?: Tensor;
  /** `[layer, kvHead, position, dim]`: after rotation. */
  readonly keys?: Tensor;
  /** `[layer, kvHead, position, dim]` */
  readonly values?: Tensor;
  /** `[layer, query, dim]`: the embedding, then the output of each chosen layer. */
  readonly hidden?: Tensor;
}

export interface TracedToken {
  readonly id: number;
  /** What it adds to the text; a control token's name. */
  readonly text: string;
  readonly control: boolean;
}
