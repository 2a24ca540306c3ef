// What went wrong with a task, in words for a visitor.

import { OneheadError } from "onehead";
import { errorText } from "../ui/error_text";

export function explainTask(error: unknown): string {
  const code = error instanceof OneheadError ? error.code : undefined;
  if (code === "context-full") return "This is longer than the model reads. Shorten it.";
  if (code === "empty-prompt") return "There is nothing to read here.";
  if (code === "out-of-memory") return "This device has too little free memory for this text. Shorten it.";
  return errorText(error);
}
