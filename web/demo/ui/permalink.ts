// The text and what is looked at, in the address's fragment: that part is never sent to a server.

import { type Entry, type PageState, type Target, wordOf } from "../models/frame";
import { spanishWords } from "../models/tokens";

export interface Permalink {
  readonly text?: string | undefined;
  readonly layer?: number | undefined;
  /** Index of the pinned Spanish word over the whole text. */
  readonly word?: number | undefined;
}

function whole(value: string | null): number | undefined {
  return value !== null && /^\d{1,4}$/.test(value) ? Number(value) : undefined;
}

/** Layers and words count from 1 in an address, as on the page. */
export function parsePermalink(hash: string): Permalink {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const layer = whole(fields.get("layer"));
  const word = whole(fields.get("word"));
  return {
    text: fields.get("en") ?? undefined,
    layer: layer === undefined || layer === 0 ? undefined : layer - 1,
    word: word === undefined || word === 0 ? undefined : word - 1,
  };
}

export function formatPermalink({ text, layer, word }: Permalink): string {
  const fields = new URLSearchParams();
  if (text !== undefined) fields.set("en", text);
  if (layer !== undefined) fields.set("layer", String(layer + 1));
  if (word !== undefined) fields.set("word", String(word + 1));
  return `#${fields.toString().replaceAll("+", "%20")}`;
}

/** The Spanish words of a whole text, sentence by sentence. */
const allWords = (entries: readonly Entry[]): Target[] =>
  entries.flatMap(({ run }, sentence) =>
    run === undefined ? [] : spanishWords(run).map(({ begin }) => ({ sentence, position: begin })),
  );

/** Where word `index` of the whole text stands. */
export const wordTarget = (entries: readonly Entry[], index: number): Target | undefined => allWords(entries)[index];

/** The address of what is shown: the usual layer and an unpinned word need no mention. */
export function permalinkOf({ entries, pinned, layer, alignmentLayer }: PageState, text: string): Permalink {
  const run = pinned && entries[pinned.sentence]?.run;
  const place = run && pinned && wordOf(run, pinned);
  const before = place && allWords(entries.slice(0, place.sentence)).length;
  return {
    text,
    layer: layer === alignmentLayer ? undefined : layer,
    word: place && (before ?? 0) + place.word,
  };
}
