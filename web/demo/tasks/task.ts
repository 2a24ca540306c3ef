// What a task is to the page: what is typed, how it is run, and how its result is shown.

import type { TemplateResult } from "lit";
import type { Model, Timings, Token } from "onehead";
import type { PictureParts } from "../own/pictures";
import type { Study } from "../own/study";
import type { Part } from "./reading";

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly rows: number;
  /** The task may begin without it. */
  readonly optional?: boolean;
}

/** What is typed, by the fields' names. */
export type Values = Readonly<Record<string, string>>;

export interface RunOptions<R> {
  readonly signal: AbortSignal;
  /** What has to be recorded on the way for the pictures. */
  readonly recording: Study["recording"];
  /** Takes a token with its trace. */
  readonly take: (token: Token) => void;
  /** Shows what there is so far. */
  readonly show: (result: R) => void;
}

/** What a run leaves for the pictures. */
export interface Ran<R> {
  readonly result: R;
  /** The text as the model read it and what it said, if no token came with its trace; and where that begins. */
  readonly text?: { readonly ids: readonly number[]; readonly border: number };
  /** Ranges of the text that were given. */
  readonly parts?: readonly Part[];
  readonly timings?: Timings | undefined;
  /** What to say about its end. */
  readonly remark?: string | undefined;
}

export interface Task<R> {
  readonly name: "classify" | "answer" | "complete";
  readonly title: string;
  /** Over the result. */
  readonly heading: string;
  readonly fields: readonly Field[];
  readonly examples: readonly Values[];
  /** An example as its button says it. */
  readonly exampleLabel: (values: Values) => string;
  /** What starts it, if it does not run by itself once typing rests. */
  readonly starts?: { readonly label: string; readonly next: (values: Values) => Values; readonly nextLabel: string };
  /** The step of most interest is where the answer begins, not where the text ends. */
  readonly beginning: boolean;
  readonly pictures: PictureParts;
  run(model: Model, values: Values, options: RunOptions<R>): Promise<Ran<R>>;
  readonly view: (result: R, busy: boolean) => TemplateResult;
  /** The result in words: what is copied, and what is read out. */
  readonly plain: (result: R) => string;
}

/** The id of a control token. */
export async function tokenId(model: Model, name: string): Promise<number | undefined> {
  return (await model.encode(name, { bos: false, special: true }))[0];
}
