// Holds generated tokens back until their text is certain: a character made of several tokens until it is whole, and
// whatever may be the beginning of a stop string until it is known not to be.

export interface TextToken {
  text: string;
}

/** Length of the longest end of `text` that begins `stop` without being all of it. */
function heldLength(text: string, stop: string): number {
  for (let n = Math.min(text.length, stop.length - 1); n > 0; --n) {
    if (stop.startsWith(text.slice(text.length - n))) return n;
  }
  return 0;
}

export class TextGate<T extends TextToken> {
  /** A stop string was met: nothing comes after it. */
  stopped = false;
  readonly #stop: readonly string[];
  #held: T[] = [];
  #text = "";
  /** Tokens at the end of `#held` whose character is not whole yet. */
  #partial = 0;

  constructor(stop: readonly string[]) {
    this.#stop = stop;
  }

  /** Takes the next token, gives those that are free to go. `partial`: its bytes are still part of a character. */
  push(token: T, partial: boolean): T[] {
    if (this.stopped) return [];
    this.#held.push(token);
    this.#text += token.text;
    this.#partial = partial ? this.#partial + 1 : 0;
    return this.#release(false);
  }

  /** The end: `tail` is the text of what never became a whole character. Returns what goes, and text that found no token. */
  finish(tail: string): { tokens: T[]; tail: string } {
    if (this.stopped) return { tokens: [], tail: "" };
    const last = this.#held.at(-1);
    this.#text += tail;
    if (last) last.text += tail;
    this.#partial = 0;
    return { tokens: this.#release(true), tail: last ? "" : tail };
  }

  #release(all: boolean): T[] {
    let end = this.#text.length;
    for (const stop of this.#stop) {
      const at = this.#text.indexOf(stop);
      if (at >= 0 && (at < end || !this.stopped)) {
        this.stopped = true;
        end = Math.min(end, at);
      }
    }
    if (this.stopped) return this.#cut(end);
    if (!all) {
      end -= this.#stop.reduce((n, stop) => Math.max(n, heldLength(this.#text, stop)), 0);
    }
    const free: T[] = [];
    let taken = 0;
    while (this.#held.length > (all ? 0 : this.#partial)) {
      const next = this.#held[0] as T;
      if (taken + next.text.length > end) break;
      taken += next.text.length;
      free.push(next);
      this.#held.shift();
    }
    this.#text = this.#text.slice(taken);
    return free;
  }

  // The tokens before `end`; the one across it loses what is after.
  #cut(end: number): T[] {
    const free: T[] = [];
    let taken = 0;
    for (const token of this.#held) {
      if (taken >= end) break;
      token.text = token.text.slice(0, end - taken);
      taken += token.text.length;
      free.push(token);
    }
    this.#held = [];
    this.#text = "";
    return free;
  }
}
