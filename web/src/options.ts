// Options are checked before anything happens: an unknown name, a wrong type and a value that cannot be honoured are
// errors, and `undefined` is the same as absent.

import { OneheadError } from "./errors.js";
import type { WireGenerate, WireTrace } from "./protocol.js";
import type { ChatMessage, GenerateOptions, LoadOptions, Prompt, TraceOptions, TraceTensor } from "./types.js";

const kTraceMaxBytes = 64 * 2 ** 20;

/** Says what a value must be, if it is not. */
type Check = (value: unknown) => string | undefined;
type Checks<T> = { readonly [K in keyof Required<T>]: Check };

const must =
  (text: string, test: (value: unknown) => boolean): Check =>
  (value) =>
    test(value) ? undefined : text;

const isNumber = (value: unknown): value is number => typeof value === "number";
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isList = (value: unknown, test: (entry: unknown) => boolean) => Array.isArray(value) && value.every(test);

const anything: Check = () => undefined;
const aBoolean = must("true or false", (value) => typeof value === "boolean");
const aFunction = must("a function", (value) => typeof value === "function");
const anObject = must("an object", isObject);
const wholeFrom = (min: number) =>
  must(`a whole number from ${min}`, (value) => Number.isSafeInteger(value) && (value as number) >= min);
const within = (min: number, max: number) =>
  must(
    max === Number.POSITIVE_INFINITY ? `a number from ${min}` : `a number from ${min} to ${max}`,
    (value) => isNumber(value) && value >= min && value <= max && Number.isFinite(value),
  );
const oneOf = (...words: readonly unknown[]) =>
  must(words.map((word) => JSON.stringify(word)).join(" or "), (value) => words.includes(value));
const aSignal = must("an AbortSignal", (value) => isObject(value) && "aborted" in value);
const isIndex = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const indices = (...words: readonly string[]) =>
  must(
    `${words.map((word) => `"${word}"`).join(", ")} or a list of whole numbers from 0`,
    (value) => words.includes(value as string) || isList(value, isIndex),
  );

/** The given options without absent ones; throws at the first that is unknown or wrong. */
export function checkOptions<T extends object>(given: T | undefined, checks: Checks<T>, where: string): Partial<T> {
  if (given === undefined) return {};
  if (!isObject(given)) throw new OneheadError("bad-argument", `${where}: options must be an object.`);
  const checked: Partial<T> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(checks, name)) {
      const known = Object.keys(checks).join(", ");
      throw new OneheadError("unknown-option", `${where} has no option "${name}"; it has ${known}.`);
    }
    if (value === undefined) continue;
    const wanted = checks[name as keyof T](value);
    if (wanted) throw new OneheadError("bad-argument", `${where}: ${name} must be ${wanted}.`);
    checked[name as keyof T] = value;
  }
  return checked;
}

/** Whether a value is of a built-in kind, also if it comes from another frame, whose classes are others. */
export const isKind = (value: unknown, kind: string): boolean =>
  Object.prototype.toString.call(value) === `[object ${kind}]`;

function refuse(where: string, why: string): never {
  throw new OneheadError("unsupported-option", `${where}: ${why}`);
}

export const signalChecks = { signal: aSignal };
export const encodeChecks = { bos: aBoolean, special: aBoolean };

export function checkLoad(given: LoadOptions | undefined, where: "load" | "estimate"): LoadOptions {
  const options = checkOptions<LoadOptions>(
    given,
    {
      signal: aSignal,
      onProgress: aFunction,
      request: anObject,
      transfer: aBoolean,
      store: oneOf("opfs", "none"),
      sha256: must("64 hexadecimal digits", (value) => typeof value === "string" && /^[\da-f]{64}$/i.test(value)),
      contextLength: wholeFrom(1),
      cache: oneOf("f32", "int8"),
      precision: oneOf("int8", "f32"),
      runtime: anObject,
    },
    where,
  );
  checkOptions(
    options.request,
    { headers: anObject, credentials: oneOf("omit", "same-origin", "include") },
    `${where}: request`,
  );
  const runtime = checkOptions(
    options.runtime,
    {
      worker: must("false or a function", (value) => value === false || typeof value === "function"),
      wasm: anObject,
      variant: oneOf("simd128", "relaxed", "simd128-threads", "relaxed-threads"),
      threads: must(
        "a whole number from 1 to 32",
        (value) => isIndex(value) && Number(value) >= 1 && Number(value) <= 32,
      ),
    },
    `${where}: runtime`,
  );
  checkOptions(
    runtime.wasm,
    { simd128: anything, relaxed: anything, "simd128-threads": anything, "relaxed-threads": anything },
    `${where}: runtime.wasm`,
  );
  return options;
}

const kTensors: readonly TraceTensor[] = ["attention", "queries", "keys", "values", "hidden"];

export function checkTrace(given: TraceOptions | undefined, where: string): WireTrace {
  const o = checkOptions<TraceOptions>(
    given,
    {
      layers: indices("all"),
      heads: indices("all"),
      queries: indices("last", "all"),
      include: must(`a list of ${kTensors.map((name) => `"${name}"`).join(", ")}`, (value) =>
        isList(value, (name) => kTensors.includes(name as TraceTensor)),
      ),
      maxBytes: wholeFrom(0),
    },
    where,
  );
  return {
    layers: o.layers ?? "all",
    heads: o.heads ?? "all",
    queries: o.queries ?? "last",
    include: o.include ?? ["attention"],
    maxBytes: o.maxBytes ?? kTraceMaxBytes,
  };
}

/** What `trace` of a model and of a session take. */
export function checkTraceCall(
  prompt: Prompt,
  options: TraceOptions & { signal?: AbortSignal | undefined },
  vocabSize: number,
): { prompt: string | Int32Array; trace: WireTrace; signal: AbortSignal | undefined } {
  const { signal, ...rest } = options;
  checkOptions({ signal }, signalChecks, "trace");
  const trace = checkTrace(rest, "trace");
  return { prompt: checkPrompt(prompt, vocabSize, "trace"), trace, signal };
}

export const generateOptionChecks: Checks<GenerateOptions> = {
  maxTokens: wholeFrom(1),
  stop: must("a list of texts that are not empty", (value) =>
    isList(value, (text) => typeof text === "string" && text !== ""),
  ),
  temperature: within(0, Number.POSITIVE_INFINITY),
  topK: wholeFrom(0),
  topP: within(0, 1),
  minP: within(0, 1),
  repetitionPenalty: must("a number above 0", (value) => isNumber(value) && value > 0 && Number.isFinite(value)),
  beams: must("a whole number from 1 to 32", (value) => isIndex(value) && Number(value) >= 1 && Number(value) <= 32),
  lengthPenalty: within(0, 10),
  seed: wholeFrom(0),
  logprobs: aBoolean,
  candidates: wholeFrom(0),
  trace: anObject,
  ablate: must("a list of { layer, head }", (value) =>
    isList(
      value,
      (pair) => isObject(pair) && "layer" in pair && "head" in pair && isIndex(pair.layer) && isIndex(pair.head),
    ),
  ),
  signal: aSignal,
};

/** Everything but the session and the prompt. */
export function checkGenerate(
  given: GenerateOptions | undefined,
  where: "generate" | "chat",
): Omit<WireGenerate, "session" | "prompt"> & { signal: AbortSignal | undefined } {
  const o = checkOptions<GenerateOptions>(given, generateOptionChecks, where);
  const trace = o.trace && checkTrace(o.trace, `${where}: trace`);
  if (trace && typeof trace.queries !== "string") {
    refuse(where, 'trace.queries can be "last" or "all"; single positions are for model.trace.');
  }
  const beams = o.beams ?? 1;
  if (beams === 1 && o.lengthPenalty !== undefined) {
    refuse(where, "lengthPenalty is for a search: with it beams must be above 1.");
  }
  if (beams > 1 && ((o.temperature ?? 0) > 0 || (o.repetitionPenalty ?? 1) !== 1)) {
    refuse(where, "beams search for the likeliest text: with them temperature is 0 and repetitionPenalty is 1.");
  }
  return {
    maxTokens: o.maxTokens ?? Number.MAX_SAFE_INTEGER,
    stop: o.stop ?? [],
    temperature: o.temperature ?? 0,
    topK: o.topK ?? 0,
    topP: o.topP ?? 1,
    minP: o.minP ?? 0,
    repetitionPenalty: o.repetitionPenalty ?? 1,
    beams,
    lengthPenalty: o.lengthPenalty ?? 1,
    seed: o.seed ?? 0,
    logprobs: o.logprobs ?? false,
    candidates: o.candidates ?? 0,
    trace,
    ablate: o.ablate ?? [],
    signal: o.signal,
  };
}

const kRoles: readonly unknown[] = ["system", "user", "assistant"];
const messageChecks: Checks<ChatMessage> = {
  role: oneOf(...kRoles),
  content: must("a text", (value) => typeof value === "string"),
};

/** A copy of the conversation. */
export function checkMessages(given: readonly ChatMessage[]): ChatMessage[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new OneheadError(
      "bad-argument",
      "chat takes the conversation so far, a list of { role, content } that is not empty.",
    );
  }
  return given.map((message: ChatMessage, i) => {
    const { role, content } = checkOptions<ChatMessage>(message, messageChecks, `chat: message ${i}`);
    if (role === undefined || content === undefined) {
      throw new OneheadError("bad-argument", `chat: message ${i} needs a role and a content.`);
    }
    return { role, content };
  });
}

/** Text as it is, ids as an array of their own. */
export function checkPrompt(prompt: Prompt, vocabSize: number, where: string): string | Int32Array {
  if (typeof prompt === "string") return prompt;
  const isId = (id: unknown) => isIndex(id) && (id as number) < vocabSize;
  if ((Array.isArray(prompt) || isKind(prompt, "Int32Array")) && Array.prototype.every.call(prompt, isId)) {
    return Int32Array.from(prompt as readonly number[]);
  }
  throw new OneheadError(
    "bad-argument",
    `${where}: a prompt is text or a list of token ids, whole numbers from 0 to ${vocabSize - 1}.`,
  );
}
