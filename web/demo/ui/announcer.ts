// The page's one live region: whole words as they are finished, and short remarks.

export interface Announcer {
  /** Begins a new text. */
  clear(): void;
  /** Says what of `words` has not been said yet. */
  words(words: readonly string[]): void;
  say(text: string): void;
}

export function createAnnouncer(region: Element): Announcer {
  let said = 0;
  const add = (text: string) => {
    const line = region.ownerDocument.createElement("span");
    line.textContent = `${text} `;
    region.append(line);
  };
  return {
    clear() {
      said = 0;
      region.replaceChildren();
    },
    words(words) {
      const fresh = words.slice(said);
      if (fresh.length > 0) add(fresh.join(" "));
      said = Math.max(said, words.length);
    },
    say: add,
  };
}
