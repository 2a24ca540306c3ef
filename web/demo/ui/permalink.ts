// The text and what is looked at, in the address's fragment: that part is never sent to a server.

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
