// Questions about a passage: the answer, and where it stands there.

import { html, nothing, type TemplateResult } from "lit";
import { type Answer, answer, taskLayout } from "onehead/tasks";
import { percent } from "../models/words";
import { type Ran, type Task, tokenId } from "./task";

/** An answer as far as it has come. */
export interface Answered {
  readonly passage: string;
  readonly text: string;
  /** Once it is whole. */
  readonly answer?: Answer;
}

const HOUSE = "The old house by the river was built in 1890 by a rich farmer.";
const ROOMS = "Mary went to the kitchen. John went to the garden. Mary moved to the office.";
const FOX = "The quick brown fox jumps over the lazy dog. The cat purrs.";

export const questions: Task<Answered> = {
  name: "answer",
  title: "Questions about a passage",
  heading: "Answer",
  fields: [
    { name: "passage", label: "Passage", rows: 3 },
    { name: "question", label: "Question", rows: 1 },
  ],
  examples: [
    { passage: ROOMS, question: "Where is Mary?" },
    { passage: FOX, question: "Who jumps over the dog?" },
    { passage: FOX, question: "What does the cat do?" },
    { passage: HOUSE, question: "When was the house built?" },
    { passage: HOUSE, question: "What is the capital of France?" },
  ],
  exampleLabel: ({ question = "" }) => question,
  beginning: true,
  pictures: { reading: true, candidates: true },
  async run(model, { passage = "", question = "" }, { signal, recording, take, show }): Promise<Ran<Answered>> {
    const answering = answer(model, passage, question, { ...recording, signal });
    let text = "";
    let tokens = 0;
    for await (const token of answering) {
      take(token);
      tokens++;
      text += token.text;
      show({ passage, text: text.trim() });
    }
    const whole = await answering.result();
    const result = { passage, text: whole.text ?? "", answer: whole };
    show(result);
    const { promptIds, passageRange, questionRange } = whole;
    const { noneToken } = taskLayout(model, "answer");
    const none = noneToken === undefined ? undefined : await tokenId(model, noneToken);
    return {
      result,
      parts: [
        { name: "Passage", range: passageRange },
        { name: "Question", range: questionRange },
      ],
      ...(tokens === 0 && none !== undefined && { text: { ids: [...promptIds, none], border: promptIds.length } }),
    };
  },
  view: (result, busy) => html`
    <p class=${result.answer?.text === undefined && !busy ? "said none" : "said"} data-answer>${said(result)}</p>
    ${result.answer ? place(result, result.answer) : nothing}
  `,
  plain: (result) => said(result),
};

const said = ({ text, answer }: Answered) => (answer !== undefined && answer.text === undefined ? "no answer" : text);

/** The passage as it was typed, the answer's words marked. */
function place({ passage }: Answered, { text, places, probability }: Answer): TemplateResult {
  const sure = html`<span class="number">${percent(probability)}</span>`;
  if (text === undefined) {
    return html`<p class="note">The model says that the passage does not answer this. Probability ${sure}.</p>`;
  }
  const pieces: (string | TemplateResult)[] = [];
  let end = 0;
  for (const [from, to] of places) {
    pieces.push(passage.slice(end, from), html`<mark>${passage.slice(from, to)}</mark>`);
    end = to;
  }
  pieces.push(passage.slice(end));
  return html`
    <p class="passage" lang="en" data-passage>${pieces}</p>
    <p class="note">
      ${places.length === 0 ? "These words do not stand in the passage: they are the model's own." : "Where these words stand."}
      Probability ${sure}.
    </p>
  `;
}
