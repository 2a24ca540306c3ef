// Tokens are pieces of words; people read words. Groups neighbouring pieces into the words they spell.

/** A word and the tokens [begin, end) that spell it. */
export interface Word {
  readonly text: string;
  readonly begin: number;
  readonly end: number;
  /** No space stands before it: punctuation, or a word after an opening sign. */
  readonly glued: boolean;
}

const punctuation = /^[\p{P}\p{S}]+$/u;
const joiner = /^['’\-‐]$/u;

const isPunctuation = (text: string) => punctuation.test(text) && !joiner.test(text);

/**
 * Words of consecutive token texts. `begin` and `end` count from `offset`. A piece that starts with a space starts a
 * word, and punctuation is a word of its own; apostrophes and hyphens stay inside theirs.
 */
export function groupWords(texts: readonly string[], offset = 0): Word[] {
  const words: { text: string; begin: number; end: number; glued: boolean }[] = [];
  texts.forEach((text, index) => {
    const word = text.trim();
    const last = words.at(-1);
    const position = offset + index;
    // A line ends the word before it, and the next one begins without a space.
    const spaced = /^\s/u.test(text) || last === undefined || /\n$/u.test(texts[index - 1] ?? "");
    const pending = last !== undefined && last.text === "" && !/\n$/u.test(texts[index - 1] ?? "");
    const parted = last !== undefined && isPunctuation(word) !== isPunctuation(last.text);
    if (last === undefined || (!pending && (spaced || (parted && word !== "")))) {
      words.push({ text: word, begin: position, end: position + 1, glued: !spaced });
    } else {
      last.text += word;
      last.end = position + 1;
    }
  });
  return words;
}
