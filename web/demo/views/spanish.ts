// The translation, large; each word a button that asks "what did you read before this word?".

import { builder, type ViewOptions } from "./dom";

export interface SpanishModel {
  readonly sentences: readonly SpanishSentence[];
  /** Which word is shown, and whether it was pinned by the visitor. */
  readonly shown: WordAddress | undefined;
  readonly pinned: boolean;
  /** The one word that the Tab key reaches; arrows move on from there. */
  readonly reachable: WordAddress;
}

export interface SpanishSentence {
  readonly words: readonly { readonly text: string; readonly glued: boolean }[];
  readonly finished: boolean;
  /** Said in place of a translation: too long, for instance. */
  readonly notice?: string | undefined;
}

export interface WordAddress {
  readonly sentence: number;
  readonly word: number;
}

const same = (a: WordAddress | undefined, b: WordAddress) =>
  a !== undefined && a.sentence === b.sentence && a.word === b.word;

export function spanish(model: SpanishModel, options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  return html(
    "div",
    { class: "translation", role: "toolbar", "aria-labelledby": "spanish-title", lang: "es", "data-output": "" },
    model.sentences.map((sentence, s) => {
      if (sentence.notice !== undefined)
        return html("p", { class: "notice", lang: "en", "data-sentence": s }, sentence.notice);
      return html(
        "p",
        { class: sentence.finished ? null : "writing", "data-sentence": s },
        sentence.words.map((word, w) => {
          const address = { sentence: s, word: w };
          const shown = same(model.shown, address);
          return [
            !word.glued && w > 0 ? " " : "",
            html(
              "button",
              {
                type: "button",
                class: shown ? "word shown" : "word",
                "data-word": w,
                "data-sentence": s,
                "aria-pressed": shown && model.pinned ? "true" : "false",
                tabindex: same(model.reachable, address) ? 0 : -1,
                translate: "no",
              },
              word.text,
            ),
          ];
        }),
      );
    }),
  );
}
