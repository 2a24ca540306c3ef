// What keys and values take: as this model shares them, with one for all heads, with one for each.

import { SHARING_NAMES, type Sharing, sharing } from "./shape";

export interface MemoryModel {
  readonly tokens: number;
  readonly nQueryHeads: number;
  readonly kinds: readonly SharingKind[];
}

/** One way of sharing, with the same query heads. */
export interface SharingKind {
  readonly kind: Sharing;
  readonly name: string;
  readonly nKvHeads: number;
  /** K and V of the text, all layers. */
  readonly bytes: number;
  /** The model's own way. */
  readonly own: boolean;
}

export interface MemoryInput {
  readonly nQueryHeads: number;
  readonly nKvHeads: number;
  readonly tokens: number;
  /** The engine's own number, for the model as it is. */
  readonly kvBytesPerToken: number;
}

/** The three ways; those that are the same for this model stand once. Where a model is MQA or MHA, GQA is shown by 2. */
export function memoryModel({ nQueryHeads, nKvHeads, tokens, kvBytesPerToken }: MemoryInput): MemoryModel {
  const own = sharing({ nQueryHeads, nKvHeads });
  const grouped = own === "GQA" ? nKvHeads : nQueryHeads % 2 === 0 && nQueryHeads > 2 ? 2 : undefined;
  const counts = [1, grouped, nQueryHeads].filter((n, i, all): n is number => n !== undefined && all.indexOf(n) === i);
  return {
    tokens,
    nQueryHeads,
    kinds: counts.map((n) => {
      const kind = sharing({ nQueryHeads, nKvHeads: n });
      return {
        kind,
        name: SHARING_NAMES[kind],
        nKvHeads: n,
        bytes: (tokens * kvBytesPerToken * n) / nKvHeads,
        own: n === nKvHeads,
      };
    }),
  };
}
