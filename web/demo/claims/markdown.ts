// The claims as a page of Markdown: docs/claims.md.

import { type Claim, claims, leftOut } from "./claims";
import type { Studies } from "./studies";

export const INTRODUCTION =
  "What articles say of many queries over one shared key and value, and what this model's numbers say.";

const row = ({ topic, claim, measured, see }: Claim) =>
  `| **${topic}.** ${claim} | ${measured.join("<br>")} | ${see.href ? see.text : `\`${see.text}\``} |`;

export function markdown(studies: Studies): string {
  return [
    "# The article's claims, measured",
    "",
    `${INTRODUCTION} Made from \`docs/studies/\`, as the table on the page is.`,
    "",
    "| claim | what we measured | where to see it (on the page) |",
    "| --- | --- | --- |",
    ...claims(studies).map(row),
    "",
    ...leftOut(studies).flatMap((sentence) => [sentence, ""]),
  ].join("\n");
}
