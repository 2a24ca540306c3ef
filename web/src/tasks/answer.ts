// Questions about a passage. The model answers in words of the passage, or with a token that says that there is no answer.

import { OneheadError } from "../errors.js";
import type { Model, Token } from "../types.js";
import { controlToken, fillPrompt, taskLayout } from "./layout.js";
import { RunningTask, type TaskLine } from "./running.js";
import { normaliseText } from "./sentences.js";
import { checkTaskOptions } from "./task_options.js";
import type { Answer, Answering, AnswerOptions } from "./types.js";

/**
 * Answers a question from a passage. Starts at once.
 *
 * Rejects with `empty-prompt` where passage or question has no text, `context-full` where both together are longer than
 * the model reads, `unsupported-model` where the model was not made for this.
 * @example
 * ```ts
 * const { text, places } = await answer(model, "Mary went to the kitchen.", "Where is Mary?").result();
 * ```
 */
export function answer(model: Model, passage: string, question: string, options?: AnswerOptions): Answering {
  const { signal: stop, ...generate } = checkTaskOptions(options, "answer");
  if (typeof passage !== "string" || typeof question !== "string") {
    throw new OneheadError("bad-argument", "answer takes a passage and a question, both texts.");
  }
  return new RunningTask("answer", stop, (line) => answerFrom(model, { passage, question }, generate, line));
}

async function answerFrom(
  model: Model,
  { passage, question }: { passage: string; question: string },
  options: Omit<AnswerOptions, "signal">,
  { push, signal }: TaskLine<Token>,
): Promise<Answer> {
  const layout = taskLayout(model, "answer");
  const words = { passage: normaliseText(passage), question: normaliseText(question) };
  for (const [name, text] of Object.entries(words)) {
    if (text === "") throw new OneheadError("empty-prompt", `There is nothing to answer: the ${name} is empty.`);
  }
  const { ids, ranges } = await fillPrompt(model, layout.prompt, words);
  const none = layout.noneToken === undefined ? -1 : await controlToken(model, layout.noneToken);
  const generation = model.generate(ids, { ...options, logprobs: true, signal });
  let found = true;
  let logprob = 0;
  for await (const token of generation) {
    if (token.id === none) found = false;
    logprob += token.logprob as number;
    if (found) push(token);
  }
  const { text, finishReason } = await generation.result();
  return {
    text: found ? text.trim() : undefined,
    places: found ? placesOf(text, passage) : [],
    probability: Math.exp(logprob),
    finishReason: finishReason as Answer["finishReason"],
    promptIds: ids,
    passageRange: ranges.passage ?? [0, 0],
    questionRange: ranges.question ?? [0, 0],
  };
}

/** Where a passage has these words, whatever white space, quotes and letter case it writes them with. */
export function placesOf(words: string, passage: string): (readonly [begin: number, end: number])[] {
  const pattern = normaliseText(words)
    .replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
    .replaceAll("'", "['\u2018\u2019\u201a\u201b\u02bc]")
    .replaceAll('"', '["\u201c\u201d\u201e\u201f\u00ab\u00bb]')
    .replaceAll(" ", "\\s+");
  if (pattern === "") return [];
  // Whole words: "cat" does not stand in "category".
  const begin = /^[\p{L}\p{N}]/u.test(words.trim()) ? "(?<![\\p{L}\\p{N}])" : "";
  const end = /[\p{L}\p{N}]$/u.test(words.trim()) ? "(?![\\p{L}\\p{N}])" : "";
  const found = passage.matchAll(new RegExp(begin + pattern + end, "giu"));
  return Array.from(found, ({ index, 0: text }) => [index, index + text.length] as const);
}
