// The binding table of the wasm module (cpp/bindings), typed: what is an address there is an array or a text here. One
// instance holds one model. Methods that return `Code` give 0 or an error code; those that return a handle give it, or
// minus a code. Views into the module's memory are valid until the next call.

type Code = number;

export interface RawInfo {
  architecture: string;
  nLayers: number;
  modelDim: number;
  hiddenDim: number;
  nQueryHeads: number;
  nKvHeads: number;
  headDim: number;
  vocabSize: number;
  contextLength: number;
  parameterCount: number;
  weightBytes: number;
  kvBytesPerToken: number;
  intDot: string;
  isa: string;
  numericsId: string;
  cache: "f32" | "int8";
  bosId: number;
  eosId: number;
}

export interface RawEstimate {
  /** Where the last tensor ends. */
  fileBytes: number;
  weightBytes: number;
  /** Of one session that fills its context. */
  kvBytes: number;
  scratchBytes: number;
  contextLength: number;
}

export const RowFlag = { sample: 1, trace: 2, score: 8, skipLogprob: 16 } as const;
export const EncodeFlag = { bos: 1, noBos: 2, special: 4 } as const;
export const TraceFlag = { attention: 1, queries: 2, hidden: 4 } as const;

export interface RawEngine {
  loadBegin(fileBytes: number, contextLength: number, precisionF32: boolean, cacheInt8: boolean): Code;
  staging(bytes: number): Uint8Array;
  loadPush(bytes: number): Code;
  loadEnd(): Code;
  /** As the header tells; 0 before it is read. */
  weightBytes(): number;
  estimateBegin(contextLength: number, precisionF32: boolean, cacheInt8: boolean): Code;
  estimatePush(bytes: number): Code;
  /** Undefined until enough was pushed. */
  estimate(): RawEstimate | undefined;
  lastError(): string;
  info(): RawInfo;
  metadataJson(): string;

  /** Memory for threads 1 to n - 1; only in a build with threads. */
  prepareThreads(n: number): Code;
  /** `[n - 1][5]`: the pool, the thread's number, the top of its stack, its local data, the word of its death. */
  threadPlaces(): Uint32Array;
  /** Threads 1 to n - 1, which run, take part from now on. */
  useThreads(n: number): Code;
  /** Shares loops of any size: for tests. */
  useLeastGrain(): void;

  /** The first `nBreaks` entries of `idsBuffer` are offsets that nothing special is matched across. */
  encode(text: string, flags: number, nBreaks: number): Code;
  tokens(): Int32Array;
  idsBuffer(n: number): Int32Array;
  decode(n: number): Code;
  bytes(): Uint8Array;
  /** As it stands in the file. */
  tokenPiece(id: number): Uint8Array;
  /** Into `bytes()`: pieces of control and end tokens, each with a zero byte after it. */
  listControlPieces(): Code;
  isControl(id: number): boolean;
  isEnd(id: number): boolean;

  createSession(): number;
  forkSession(session: number): number;
  freeSession(session: number): Code;
  rewindSession(session: number, position: number): Code;
  /** Takes the memory to grow to this position; what was reserved beyond it is given back. */
  reserveSession(session: number, position: number): Code;
  /** The tokens that follow the session's lie in `idsBuffer`. */
  saveBegin(session: number, nPending: number): Code;
  saveBytes(): number;
  /** The next piece, in `staging`: its size, 0 at the end. */
  savePull(bytes: number): number;
  restoreBegin(totalBytes: number): Code;
  /** From `staging`. */
  restorePush(bytes: number): Code;
  /** All its tokens are in `tokens`. */
  restoreEnd(): number;
  sessionPosition(session: number): number;
  sessionKvBytes(session: number): number;
  configureSession(
    session: number,
    temperature: number,
    topK: number,
    topP: number,
    minP: number,
    repetitionPenalty: number,
    /** A whole number below 2^53. */
    seed: number,
  ): Code;
  setAblation(session: number, nPairs: number): Code;

  maxRows(): number;
  /** `[maxRows][4]`: session, token, flags, target. */
  rows(): Int32Array;
  forward(nRows: number, nCandidates: number): Code;
  sampled(): Int32Array;
  sampledLogprobs(): Float64Array;
  text(logitsRow: number): Uint8Array;
  flushText(session: number): Uint8Array;
  candidateIds(): Int32Array;
  candidateLogprobs(): Float64Array;
  /** Of a row that was to keep them. */
  logits(logitsRow: number): Float32Array;

  /** The layers, then the heads, lie in `idsBuffer`. */
  setTrace(nLayers: number, nHeads: number, include: number): Code;
  traceRows(): number;
  traceAttention(tracedRow: number): Float32Array;
  traceQueries(tracedRow: number): Float32Array;
  traceHidden(tracedRow: number): Float32Array;
  /** Positions that a query of the layer sees, itself included; 0: all. */
  layerWindow(layer: number): number;
  readKv(session: number, layer: number, kvHead: number, which: 0 | 1, begin: number, end: number): Float32Array;

  heapBytes(): number;
  allocations(): number;
}

type BoundName = Exclude<keyof RawEngine, "info"> | "infoNumbers" | "infoNames" | "textBuffer";

/** The module's functions, of numbers alone (wasm_module.ts). */
export type BoundModule = Record<BoundName, (...numbers: (number | boolean)[]) => number>;

// Arrays and what is in them, in the order of cpp/bindings/embind.cpp.
const infoNumbers = [
  ...["nLayers", "modelDim", "hiddenDim", "nQueryHeads", "nKvHeads", "headDim", "vocabSize", "contextLength"],
  ...["bosId", "eosId", "parameterCount", "weightBytes", "kvBytesPerToken"],
];
const infoNames = ["architecture", "intDot", "isa", "numericsId", "cache"];
const estimateNumbers = ["fileBytes", "weightBytes", "kvBytes", "scratchBytes", "contextLength"];

const named = (names: string[], values: ArrayLike<unknown>): unknown =>
  Object.fromEntries(names.map((name, i) => [name, values[i]]));

type View = new (buffer: ArrayBufferLike, begin: number, length: number) => ArrayLike<number>;

/** The functions that give arrays, by the kind of array. */
const views = [
  [Uint8Array, ["staging", "bytes", "tokenPiece", "text", "flushText"]],
  [Int32Array, ["tokens", "idsBuffer", "rows", "sampled", "candidateIds"]],
  [Uint32Array, ["threadPlaces"]],
  [Float32Array, ["logits", "traceAttention", "traceQueries", "traceHidden", "readKv"]],
  [Float64Array, ["sampledLogprobs", "candidateLogprobs"]],
] as const satisfies [View, BoundName[]][];

/** The module's engine. `memory`: what the module was given. */
export function bindEngine(bound: BoundModule, memory: WebAssembly.Memory): RawEngine {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const view = <T extends View>(Type: T, place: number): InstanceType<T> => {
    const [begin, length] = new Uint32Array(memory.buffer, place >>> 0, 2);
    return new Type(memory.buffer, begin as number, length as number) as InstanceType<T>;
  };
  // A copy, because TextDecoder refuses a view of shared memory.
  const text = (place: number) => decoder.decode(view(Uint8Array, place).slice());
  const numbers = (place: number) => view(Float64Array, place);

  const arrays = views.flatMap(([Type, names]) =>
    names.map((name) => [name, (...args: number[]) => view(Type, bound[name](...args))]),
  );
  return Object.assign(Object.create(bound), Object.fromEntries(arrays), {
    lastError: () => text(bound.lastError()),
    metadataJson: () => text(bound.metadataJson()),
    info: () => ({
      ...(named(infoNumbers, numbers(bound.infoNumbers())) as object),
      ...(named(infoNames, text(bound.infoNames()).split("\0")) as object),
    }),
    estimate() {
      const values = numbers(bound.estimate());
      return values.length > 0 ? named(estimateNumbers, values) : undefined;
    },
    encode(input: string, flags: number, nBreaks: number) {
      const utf8 = encoder.encode(input);
      view(Uint8Array, bound.textBuffer(utf8.length)).set(utf8);
      return bound.encode(flags, nBreaks);
    },
    isControl: (id: number) => bound.isControl(id) !== 0,
    isEnd: (id: number) => bound.isEnd(id) !== 0,
  });
}
