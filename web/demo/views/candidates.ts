// What else the model held likely at this step: a bar chart of probabilities.

import { scaleLinear } from "d3-scale";
import type { CandidateModel } from "../models/choice";
import { percent } from "../models/words";
import { builder, type LanguageOptions, short } from "./dom";

export interface CandidatesModel {
  /** "after El" */
  readonly after: string;
  readonly candidates: readonly CandidateModel[];
}

const WIDTH = 320;
const ROW = 26;
const LABEL = 92;
const AXIS = 22;

export function candidates(model: CandidatesModel, options: LanguageOptions): HTMLElement {
  const { lang = "es" } = options;
  const { html, svg } = builder(options);
  const x = scaleLinear([0, 1], [LABEL, WIDTH - 46]);
  const height = model.candidates.length * ROW + AXIS;
  const axis = [0, 0.25, 0.5, 0.75, 1].map((tick) =>
    svg(
      "g",
      { class: "tick" },
      svg("path", { d: `M${short(x(tick))} 0V${height - AXIS}` }),
      svg("text", { x: short(x(tick)), y: height - 6, "text-anchor": "middle" }, `${tick * 100}%`),
    ),
  );
  const rows = model.candidates.map((candidate, index) => {
    const y = index * ROW;
    return svg(
      "g",
      {
        class: candidate.chosen ? "candidate chosen" : "candidate",
        "data-candidate": candidate.text,
        "data-probability": short(candidate.probability),
      },
      svg("text", { x: LABEL - 8, y: y + 17, "text-anchor": "end", lang, translate: "no" }, candidate.text),
      svg("rect", {
        x: LABEL,
        y: y + 5,
        width: short(x(candidate.probability) - LABEL, 1),
        height: ROW - 10,
        rx: 2,
      }),
      svg(
        "text",
        { class: "share", x: short(x(candidate.probability) + 6), y: y + 17 },
        percent(candidate.probability),
      ),
    );
  });
  const summary = model.candidates.map((candidate) => `${candidate.text} ${percent(candidate.probability)}`).join(", ");
  return html(
    "figure",
    { class: "candidates" },
    html("figcaption", {}, "Likeliest next pieces after ", html("b", { lang, translate: "no" }, model.after)),
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `Probabilities: ${summary}` },
      axis,
      rows,
    ),
  );
}
