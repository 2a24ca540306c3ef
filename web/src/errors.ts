// The one error class of the package and the table of its stable codes.

/**
 * What went wrong, as a stable word to switch on. Messages may be reworded between versions; codes are not.
 *
 * | code | meaning |
 * |---|---|
 * | `bad-file` | the model file is cut off or contradicts itself |
 * | `not-a-model` | what the address or the bytes hold is no GGUF file at all (a web page, for instance) |
 * | `unsupported-model` | a valid GGUF whose architecture, tokenizer or tensor type is not known here |
 * | `too-large` | the model needs more memory than a 32-bit engine has |
 * | `out-of-memory` | the machine refused the memory |
 * | `wrong-hash` | the file is another than the one whose `sha256` was given |
 * | `http` | the server answered with an error status |
 * | `network` | no answer, or the connection broke on the way |
 * | `bad-argument` | an argument of the wrong type or out of range |
 * | `no-chat-template` | the model file has no chat template: it continues texts |
 * | `template-failed` | the model file's chat template is broken, or refuses the conversation |
 * | `empty-prompt` | there is nothing to compute from |
 * | `unknown-option` | an option of that name does not exist |
 * | `unsupported-option` | the option exists and cannot be honoured here |
 * | `context-full` | the text is longer than the model's context |
 * | `max-bytes` | the trace would be larger than its `maxBytes` |
 * | `non-finite` | the model computed an infinity or NaN |
 * | `busy` | the session is already generating |
 * | `disposed` | the object was disposed |
 * | `no-simd` | this machine or browser has no WebAssembly SIMD |
 * | `worker-failed` | the worker could not be started or died |
 * | `bad-session` | what was to be restored is no saved session, is damaged, or belongs to another model or engine |
 * | `internal` | a fault of onehead itself; load the model again |
 */
export type ErrorCode =
  | "bad-file"
  | "not-a-model"
  | "unsupported-model"
  | "too-large"
  | "out-of-memory"
  | "wrong-hash"
  | "http"
  | "network"
  | "bad-argument"
  | "no-chat-template"
  | "template-failed"
  | "empty-prompt"
  | "unknown-option"
  | "unsupported-option"
  | "context-full"
  | "max-bytes"
  | "non-finite"
  | "busy"
  | "disposed"
  | "no-simd"
  | "worker-failed"
  | "bad-session"
  | "internal";

/** Every failure of this package, but for aborts: those reject with the signal's own reason. */
export class OneheadError extends Error {
  override readonly name = "OneheadError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** An error as it crosses between threads. */
export interface WireError {
  code: ErrorCode;
  message: string;
}

export function toWire(error: unknown): WireError {
  if (error instanceof OneheadError) return { code: error.code, message: error.message };
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { code: "internal", message: `onehead met an unexpected fault (${text}).` };
}

export const fromWire = (wire: WireError): OneheadError => new OneheadError(wire.code, wire.message);

// The codes of cpp/base/status.hpp by number.
const coreCodes: readonly ErrorCode[] = [
  "internal", // 0 is success and never asked for
  "bad-file",
  "unsupported-model",
  "too-large",
  "out-of-memory",
  "bad-argument",
  "context-full",
  "non-finite",
  "disposed",
  "busy",
  "internal",
  "bad-session",
];

export const coreError = (code: number, message: string): OneheadError =>
  new OneheadError(coreCodes[code] ?? "internal", message);
