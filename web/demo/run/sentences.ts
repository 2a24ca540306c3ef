// The package takes a text apart by itself. Only where one sentence is too long for the model does the page do so,
// coarsely, so that the other sentences are translated all the same.

/** Characters taken from the box; more is cut and said so. */
export const MAX_CHARACTERS = 2000;

/** Pieces of a text that end in a full stop and its like, or with the line. */
export function coarseSentences(text: string): string[] {
  const pieces = text.match(/[^.!?…\n]+[.!?…]*["'”’)\]]*/gu) ?? [];
  return pieces.map((piece) => piece.trim()).filter((piece) => /[\p{L}\p{N}]/u.test(piece));
}
