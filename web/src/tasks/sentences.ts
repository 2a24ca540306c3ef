// Text as people type it, to sentences as a model was trained on them. The rules are our own, not Intl.Segmenter's,
// because those differ between engines, and the same text shall give the same translation everywhere.

export interface Sentence {
  /** As it was typed, without white space around it. */
  source: string;
  /** White space between the sentence before and this one. */
  separator: string;
}

const abbreviations = new Set(
  "mr mrs ms dr prof sr jr st vs etc eg ie no vol fig approx dept est inc ltd co gen col sgt capt lt rev hon".split(
    " ",
  ),
);

/** One form of what can be typed in several: composed letters, straight quotes, single spaces, nothing invisible. */
export function normaliseText(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\u2018\u2019\u201a\u201b\u02bc]/g, "'")
    .replace(/[\u201c\u201d\u201e\u201f\u00ab\u00bb]/g, '"')
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g, "")
    .replace(/\s+/gu, " ")
    .trim();
}

const hasWords = (text: string) => /[\p{L}\p{N}]/u.test(text);

/** "Mr. Smith" and "J. Smith" go on; so does what continues in lower case. */
function goesOn(before: string, mark: string, after: string): boolean {
  if (/^["'([]*\p{Ll}/u.test(after)) return true;
  if (mark !== ".") return false;
  const word = /([\p{L}.]+)$/u.exec(before)?.[1] ?? "";
  return /^\p{Lu}$/u.test(word) ? word !== "I" : abbreviations.has(word.toLowerCase().replaceAll(".", ""));
}

export function splitSentences(text: string): Sentence[] {
  const pieces: string[] = [];
  for (const line of text.split(/([^\S\n]*\n\s*)/)) {
    if (/^\s*$/.test(line)) {
      pieces.push(line);
      continue;
    }
    let begin = 0;
    // A mark with the quotes that close after it, then white space; or a full-width mark, which needs none.
    for (const match of line.matchAll(/([.!?\u2026]+)["'\u2019\u201d)\]]*(\s+)|([\u3002\uff01\uff1f]+)()/gu)) {
      const end = match.index + match[0].length - (match[2] ?? "").length;
      const after = line.slice(match.index + match[0].length);
      if (match[1] && goesOn(line.slice(begin, match.index), match[1], after)) continue;
      pieces.push(line.slice(begin, end), match[2] ?? "");
      begin = match.index + match[0].length;
    }
    pieces.push(line.slice(begin));
  }
  return join(pieces);
}

/** White space becomes separators; marks without a word belong to the sentence before them, or after. */
function join(pieces: readonly string[]): Sentence[] {
  const sentences: Sentence[] = [];
  let separator = "";
  for (const piece of pieces) {
    const source = piece.trim();
    if (source === "") {
      separator += piece;
      continue;
    }
    separator += /^\s*/.exec(piece)?.[0] ?? "";
    const last = sentences.at(-1);
    if (last && (!hasWords(source) || !hasWords(last.source))) {
      last.source += separator + source;
    } else {
      sentences.push({ source, separator: last ? separator : "" });
    }
    separator = /\s*$/.exec(piece)?.[0] ?? "";
  }
  return sentences.filter(({ source }) => hasWords(source));
}
