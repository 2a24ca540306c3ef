// Text as it is read out: whole sentences, as soon as they are whole.

/** Ends of sentences that are certain from what stands there already: "3.5" has none. */
const END = /[.!?…]+["'”’)\]*_]*\s|\n|[。！？]+[」』）]*(?=[^。！？」』）])/gu;

export interface Sentences {
  readonly whole: readonly string[];
  /** What may still go on. */
  readonly rest: string;
}

/**
 * `ended`: nothing follows, so that the rest is whole too. Joined, the parts are the text; one that is whole stays as it
 * is while the text grows.
 */
export function sentences(text: string, ended: boolean): Sentences {
  const whole: string[] = [];
  let begin = 0;
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length;
    const part = text.slice(begin, end);
    if (!/[\p{L}\p{N}]/u.test(part)) continue; // begins the next one
    whole.push(part);
    begin = end;
  }
  const rest = text.slice(begin);
  if (!ended || rest === "") return { whole, rest };
  return { whole: [...whole, rest], rest: "" };
}
