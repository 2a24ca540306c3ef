// Text as it is read out: whole sentences, as soon as they are whole.

const SENTENCE = /[^.!?…。！？\n]*(?:[.!?…。！？]+["'”’)\]*_]*(?=\s|$)|[.!?…。！？]|\n)\s*/gu;

export interface Sentences {
  readonly whole: readonly string[];
  /** What may still go on. */
  readonly rest: string;
}

/** `ended`: nothing follows, so that the rest is whole too. Joined, the parts are the text. */
export function sentences(text: string, ended: boolean): Sentences {
  const whole: string[] = [];
  let end = 0;
  for (const match of text.matchAll(SENTENCE)) {
    // A full stop at the very end may be half of "3.5": wait for what follows.
    if (match.index + match[0].length === text.length && !ended && !/\s$/u.test(match[0])) break;
    const part = text.slice(end, match.index + match[0].length);
    end = match.index + match[0].length;
    const last = whole.length - 1;
    // "3." and ".5", or lone marks, belong to what stands before.
    if (last >= 0 && !/\p{L}|\p{N}/u.test(part)) whole[last] += part;
    else if (last >= 0 && !/\s$/u.test(whole[last] ?? "")) whole[last] += part;
    else whole.push(part);
  }
  const rest = text.slice(end);
  if (!ended || rest === "") return { whole, rest };
  return { whole: [...whole, rest], rest: "" };
}
