// Failures in a visitor's words: what happened, and what to do about it.

import { type ErrorCode, OneheadError } from "onehead";

const WORDS: Partial<Record<ErrorCode, string>> = {
  http: "The server does not have this file. Check the address.",
  network:
    "The file could not be fetched: there is no connection, or its server does not allow other pages to read it. Try again, or download the file and choose it from your device.",
  "not-a-model": "This is not a GGUF model file. Choose a file whose name ends in .gguf.",
  "bad-file": "The file is damaged or cut off. Download it again.",
  "too-large":
    "This model is too large for a browser tab, which can use 4 GB. Choose a smaller one, or a smaller context.",
  "out-of-memory":
    "This device has too little free memory for the model. Close other tabs, or choose a smaller context or model.",
  "no-simd": "This browser is too old: it lacks WebAssembly SIMD (it came in 2021 to 2023). Update it.",
  "worker-failed": "The browser did not start the model's background worker. Load the page again.",
  "context-full":
    "The conversation is longer than the context this model was loaded with. Begin a new one, or load it with a larger context.",
  "empty-prompt": "There is nothing to answer yet. Write something first.",
  "non-finite": "The model's numbers overflowed on this text. Try other words.",
  busy: "It is still busy with the last text. Stop that first.",
  disposed: "The model was closed. Load it again.",
  "template-failed": "The model's chat template refuses this conversation. Begin a new one, without a system prompt.",
  internal: "Something broke in the engine. Load the model again.",
};

/** Codes of which the package's own sentence says more than ours could: which architecture, which type. */
const OWN: readonly ErrorCode[] = ["unsupported-model", "bad-file"];

/** Why a kept model is still there. */
export function explainRemoval(error: unknown): string {
  if (!(error instanceof OneheadError && error.code === "busy")) return explain(error);
  return "The model could not be removed: something else is using its file. Close other tabs with it, then try again.";
}

export function explain(error: unknown): string {
  if (error instanceof OneheadError) {
    if (OWN.includes(error.code)) return `${error.message}${remedy(error.code)}`;
    return WORDS[error.code] ?? error.message;
  }
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return "There is no room left in this browser's storage. Remove a kept model, or free some space.";
  }
  return `Something went wrong: ${error instanceof Error ? error.message : String(error)}`;
}

const remedy = (code: ErrorCode) =>
  code === "unsupported-model" ? " Choose another model, or another quantisation of it." : ` ${WORDS[code]}`;
