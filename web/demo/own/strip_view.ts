// The drawn stretch of the text as words to choose from.

import { builder, type ViewOptions } from "../views/dom";

export interface StripModel {
  readonly words: readonly StripWord[];
  /** Tokens before and after the stretch. */
  readonly before: number;
  readonly after: number;
}

export interface StripWord {
  readonly text: string;
  /** Place of its first token. */
  readonly place: number;
  readonly glued: boolean;
  /** Written by the model, not given to it. */
  readonly written: boolean;
  readonly control: boolean;
  readonly shown: boolean;
  readonly pinned: boolean;
}

export function strip(model: StripModel, options: ViewOptions): HTMLElement {
  const { html } = builder(options);
  const reachable = Math.max(
    0,
    model.words.findIndex(({ shown }) => shown),
  );
  const move = (name: string, count: number, label: string) =>
    html("button", { type: "button", class: "move", "data-move": name, disabled: count === 0 }, label);
  return html(
    "div",
    { class: "strip" },
    html(
      "p",
      { role: "toolbar", "aria-label": "Words of the text", translate: "no" },
      model.words.map((word, index) => [
        !word.glued && index > 0 ? " " : "",
        html(
          "button",
          {
            type: "button",
            class: `word${word.written ? " written" : ""}${word.control ? " control" : ""}${word.shown ? " shown" : ""}`,
            "data-place": word.place,
            "aria-pressed": word.shown && word.pinned ? "true" : "false",
            tabindex: index === reachable ? 0 : -1,
          },
          word.text,
        ),
      ]),
    ),
    (model.before > 0 || model.after > 0) &&
      html(
        "p",
        { class: "moves" },
        move("before", model.before, `‹ ${model.before} before`),
        move("after", model.after, `${model.after} after ›`),
      ),
  );
}
