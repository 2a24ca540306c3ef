/** Logits of what follows a piece; all others are 0. */
export type Bigrams = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The file, with its tasks' layouts among `metadata`. */
export function bigramModel(bigrams: Bigrams, metadata: Readonly<Record<string, unknown>>): Uint8Array;
/** The layouts of the tasks beside translation. */
export const taskLayouts: Readonly<Record<string, string | readonly string[]>>;
export function idOf(piece: string): number;
