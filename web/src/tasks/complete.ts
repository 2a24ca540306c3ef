// Stories: a text goes on as the model was taught to tell them.

import { OneheadError } from "../errors.js";
import { checkOptions, generateOptionChecks } from "../options.js";
import type { GenerateOptions, Generation, Model, Result, Token } from "../types.js";
import { fillPrompt, taskLayout } from "./layout.js";
import { RunningTask, type TaskLine } from "./running.js";

/**
 * Continues a text, or begins one where it is empty; options as for `generate`. Starts at once. The tokens are what
 * comes after the text, which is read as it is written.
 *
 * Rejects with `context-full` where the text is longer than the model reads, `unsupported-model` where the model was not
 * made for this.
 * @example
 * ```ts
 * for await (const token of complete(model, "Once upon a time", { temperature: 0.7 })) out.append(token.text);
 * ```
 */
export function complete(model: Model, text: string, options?: GenerateOptions): Generation {
  const { signal, ...generate } = checkOptions<GenerateOptions>(options, generateOptionChecks, "complete");
  if (typeof text !== "string") throw new OneheadError("bad-argument", "complete takes a text.");
  return new RunningTask("completion", signal, (line) => continueText(model, text, generate, line));
}

async function continueText(
  model: Model,
  text: string,
  options: Omit<GenerateOptions, "signal">,
  { push, signal }: TaskLine<Token>,
): Promise<Result> {
  const { ids } = await fillPrompt(model, taskLayout(model, "complete").prompt, { text });
  const generation = model.generate(ids, { ...options, signal });
  for await (const token of generation) push(token);
  return generation.result();
}
