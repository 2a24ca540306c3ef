// What the page asks about models it has not loaded yet, and about the room there is for them.

import { estimate } from "onehead";
import { defaultContext } from "./fits";
import type { Source } from "./source";

/** A model before it is loaded. */
export interface Weighed {
  readonly fileBytes: number;
  /** Bytes still to be fetched: none of what is on this device. */
  readonly downloadBytes: number;
  /** The longest context that the file allows. */
  readonly longest: number;
  readonly context: number;
  /** With a session that fills the context. */
  readonly memoryBytes: number;
}

/** Longer than any file's. */
const ANY_LENGTH = 2 ** 24;

const sourceOf = (source: Source) => (source.kind === "file" ? source.file : source.url);

/** Reads the head of a file, and says what the model would take with a context that is usually enough. */
export async function weigh(source: Source, signal: AbortSignal): Promise<Weighed> {
  const { contextLength: longest } = await estimate(sourceOf(source), { contextLength: ANY_LENGTH, signal });
  return weighWith(source, longest, defaultContext(longest), signal);
}

/** The same with another context. */
export async function weighWith(
  source: Source,
  longest: number,
  context: number,
  signal: AbortSignal,
): Promise<Weighed> {
  const { fileBytes, downloadBytes, memoryBytes } = await estimate(sourceOf(source), {
    contextLength: context,
    signal,
  });
  return { fileBytes, downloadBytes, longest, context, memoryBytes };
}

/** Room that this browser still gives the page; undefined where it does not say. */
export async function roomBytes(): Promise<number | undefined> {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  return quota === undefined ? undefined : quota - (usage ?? 0);
}

/** What the device says of its memory; undefined where it does not. */
export function deviceBytes(): number | undefined {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  return deviceMemory === undefined ? undefined : deviceMemory * 2 ** 30;
}
