// What went wrong, in words for a visitor; what the package says besides is for developers.

import { type ErrorCode, OneheadError } from "onehead";

const WORDS: Partial<Record<ErrorCode, string>> = {
  http: "The server does not have the model file.",
  network: "The model could not be fetched: there is no connection, or it broke.",
  "not-a-model": "What the server sent is not a model file.",
  "bad-file": "The model file arrived damaged.",
  "unsupported-model": "This model is of a kind that this page cannot run.",
  "out-of-memory": "This device has too little free memory for the model.",
  "too-large": "This model is too large for a browser tab.",
  "no-simd": "This browser is too old for the model: it lacks WebAssembly SIMD (it came in 2021 to 2023).",
  "worker-failed": "The browser did not start the model's background worker.",
  "context-full": "This sentence is too long for the model. Make two of it.",
  "empty-prompt": "There is nothing to translate here.",
  "non-finite": "The model's numbers overflowed on this text.",
};

export function errorText(error: unknown): string {
  const known = error instanceof OneheadError ? WORDS[error.code] : undefined;
  if (known !== undefined) return known;
  return `Something went wrong: ${error instanceof Error ? error.message : String(error)}`;
}

/** Failures that concern one sentence only. */
export function sentenceError(error: unknown): string | undefined {
  const own: readonly ErrorCode[] = ["context-full", "empty-prompt", "non-finite", "max-bytes"];
  return error instanceof OneheadError && own.includes(error.code) ? errorText(error) : undefined;
}
