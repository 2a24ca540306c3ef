// Text of a stranger in a template's text. Control tokens written in a message must stay text, while the template's
// own are read as tokens, and everything else is cut into tokens as if no seam were there. So messages go through the
// template as they are, but for a mark wherever they could make up a control token, alone or together with what
// stands beside them; afterwards each mark becomes a break, which no control token may reach across.

/** Text with places (offsets in UTF-16 units, ascending) that no special token is read across. */
export interface BrokenText {
  text: string;
  breaks: number[];
}

// Code points that stand for no character, for a program's own use.
const kMarks = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xfdd0 + i));

export class Marker {
  readonly mark: string;
  readonly #pieces: ReadonlySet<string>;
  /** Lengths of pieces, longest first. */
  readonly #lengths: readonly number[];
  readonly #firsts: ReadonlySet<string>;

  /** `texts`: whatever the mark must not occur in. Throws where every mark does. */
  constructor(pieces: readonly string[], texts: readonly string[]) {
    const mark = kMarks.find((candidate) => texts.every((text) => !text.includes(candidate)));
    if (!mark) throw new RangeError("the messages hold every code point that could mark a place");
    this.mark = mark;
    this.#pieces = new Set(pieces.filter((piece) => piece !== ""));
    this.#lengths = [...new Set([...this.#pieces].map(({ length }) => length))].sort((a, b) => b - a);
    this.#firsts = new Set([...this.#pieces].map((piece) => piece[0] as string));
  }

  /** A message's text with its marks. */
  protect(content: string): string {
    const at = new Set<number>();
    for (let i = 0; i < content.length; ++i) {
      if (this.#firsts.has(content[i] as string) && this.#startsAt(content, i)) at.add(i + 1);
    }
    // Templates trim messages, so what counts is their first and last character that is no space.
    const end = content.trimEnd().length;
    const begin = content.length - content.trimStart().length;
    if (begin < end) {
      const core = content.slice(begin, end);
      if (this.#some(core, (piece, part) => piece.startsWith(part, piece.length - part.length))) at.add(begin);
      if (this.#some(core, (piece, part) => piece.startsWith(part), true)) at.add(end);
      if ([...this.#pieces].some((piece) => piece.includes(core))) at.add(begin).add(end);
    }
    let marked = "";
    let last = 0;
    for (const place of [...at].sort((a, b) => a - b)) {
      marked += content.slice(last, place) + this.mark;
      last = place;
    }
    return marked + content.slice(last);
  }

  #startsAt(content: string, i: number): boolean {
    return this.#lengths.some((n) => this.#pieces.has(content.slice(i, i + n)));
  }

  /** Whether a beginning (or, `fromEnd`, an end) of a text is part of a longer piece, as `test` has it. */
  #some(text: string, test: (piece: string, part: string) => boolean, fromEnd = false): boolean {
    const longest = Math.min(text.length, (this.#lengths[0] ?? 1) - 1);
    for (let n = 1; n <= longest; ++n) {
      const part = fromEnd ? text.slice(-n) : text.slice(0, n);
      for (const piece of this.#pieces) if (piece.length > n && test(piece, part)) return true;
    }
    return false;
  }

  /** A rendered text without its marks, and where they were. */
  unmark(marked: string): BrokenText {
    const parts = marked.split(this.mark);
    const breaks: number[] = [];
    let at = 0;
    for (const part of parts.slice(0, -1)) {
      at += part.length;
      breaks.push(at);
    }
    return { text: parts.join(""), breaks };
  }
}
