// How a model file lays a task out. The file's metadata has, under `onehead.task.<name>.`, a `prompt` such as
// "<en>{text}<es>": the words in braces are filled in, the rest is read with its special tokens.

import { OneheadError } from "../errors.js";
import type { MetadataValue, Model } from "../types.js";

/** What a model's file says of a task. */
export interface TaskLayout {
  readonly name: string;
  readonly prompt: string;
  /** Tokens of what is filled in, at most. */
  readonly maxSourceTokens?: number;
  /** The layer whose attention aligns source and answer best, by measurement. */
  readonly alignmentLayer?: number;
  readonly sourceLanguage?: string;
  readonly targetLanguage?: string;
  /** What a text can be, and for each the token that says so. */
  readonly labels?: readonly string[];
  readonly labelTokens?: readonly string[];
  /** The token that says that there is no answer. */
  readonly noneToken?: string;
}

/** The layout of a task. Throws `unsupported-model`, naming the tasks that the file has, where it lacks this one. */
export function taskLayout(model: Model, name: string): TaskLayout {
  const entry = (key: string): MetadataValue | undefined => model.info.metadata[`onehead.task.${name}.${key}`];
  const prompt = entry("prompt");
  if (typeof prompt !== "string") {
    throw new OneheadError("unsupported-model", `This model was not made for the task "${name}": ${whatItHas(model)}.`);
  }
  const optional = <T extends MetadataValue>(property: string, key: string, type: string) => {
    const value = entry(key);
    return typeof value === type ? { [property]: value as T } : {};
  };
  const texts = (property: string, key: string) => {
    const value = entry(key);
    return Array.isArray(value) && value.every((text) => typeof text === "string") ? { [property]: value } : {};
  };
  return {
    name,
    prompt,
    ...optional("maxSourceTokens", "max_source_tokens", "number"),
    ...optional("alignmentLayer", "alignment_layer", "number"),
    ...optional("sourceLanguage", "source_language", "string"),
    ...optional("targetLanguage", "target_language", "string"),
    ...texts("labels", "labels"),
    ...texts("labelTokens", "label_tokens"),
    ...optional("noneToken", "none_token", "string"),
  };
}

function whatItHas(model: Model): string {
  const names = Object.keys(model.info.metadata).flatMap(
    (key) => /^onehead\.task\.(\w+)\.prompt$/.exec(key)?.[1] ?? [],
  );
  if (names.length === 0) return "its file names no task";
  return `its file has the ${names.length > 1 ? "tasks" : "task"} ${names.join(", ")}`;
}

export interface FilledPrompt {
  readonly ids: readonly number[];
  /** Per filled-in word, the half-open range of `ids` that is its text. */
  readonly ranges: Readonly<Record<string, readonly [begin: number, end: number]>>;
}

/** Token ids of a prompt with its words filled in. Filled-in text is never read as special tokens. */
export async function fillPrompt(
  model: Model,
  prompt: string,
  words: Readonly<Record<string, string>>,
): Promise<FilledPrompt> {
  const ids: number[] = [];
  const ranges: Record<string, readonly [number, number]> = {};
  for (const part of prompt.split(/(\{\w+\})/)) {
    if (part === "") continue;
    const word = /^\{(\w+)\}$/.exec(part)?.[1];
    const text = word === undefined ? part : words[word];
    if (text === undefined) {
      throw new OneheadError("unsupported-model", `This task's prompt asks for {${word}}, which is not known here.`);
    }
    const begin = ids.length;
    // Only the first part begins with the beginning-of-text token, if the file wants one.
    const bos = begin === 0 ? undefined : false;
    ids.push(...(await model.encode(text, { bos, special: word === undefined })));
    if (word !== undefined) ranges[word] = [begin, ids.length];
  }
  return { ids, ranges };
}

/** The one token that a layout names. */
export async function controlToken(model: Model, text: string): Promise<number> {
  const [id, ...more] = await model.encode(text, { bos: false, special: true });
  if (id === undefined || more.length > 0) {
    throw new OneheadError("unsupported-model", `This model's file names "${text}", which is no token of its own.`);
  }
  return id;
}
