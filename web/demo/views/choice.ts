// "after El → gato": which row asked, and which piece of which word its answer was.

import type { ChoiceModel } from "../models/choice";
import { builder, type LanguageOptions } from "./dom";

export function choice(model: ChoiceModel, options: LanguageOptions): HTMLElement {
  const { html } = builder(options);
  const { lang = "es" } = options;
  const text = (value: string, name: string) => html("b", { class: name, lang, translate: "no" }, value);
  return html(
    "div",
    { class: "choice", "data-choice": model.target },
    html("p", { class: "after" }, "after ", text(model.after, "asking"), " → ", text(model.chosen, "answer")),
    model.pieces.length > 0 &&
      html(
        "p",
        { class: "pieces", role: "group", "aria-label": `Pieces of ${model.word}` },
        model.pieces.map((piece) =>
          html(
            "button",
            {
              type: "button",
              lang,
              translate: "no",
              "data-piece": piece.target,
              "aria-pressed": piece.target === model.target ? "true" : "false",
            },
            piece.text,
          ),
        ),
      ),
  );
}
