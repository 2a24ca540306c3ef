// The page as it stands without JavaScript: index.html with the recorded run drawn into its slots by the very
// views that draw the live one, and the run itself as data, which the script takes over from.

import { parseHTML } from "linkedom";
import { claims, leftOut } from "./claims/claims";
import { claimsTable, remarks } from "./claims/claims_view";
import type { Studies } from "./claims/studies";
import { type Recording, recordedState } from "./recording";
import { paint } from "./ui/paint";
import { fill } from "./ui/slots";

/** index.html with everything drawn that needs no script. */
export function prerender(
  page: string,
  recording: Recording,
  { studies = {}, twins = false }: { studies?: Omit<Studies, "model">; twins?: boolean } = {},
): string {
  const { document } = parseHTML(page);
  if (!twins) document.querySelector("[data-twins]")?.remove();
  paint(document, recordedState(recording));
  const { facts, run } = recording;
  const all = { ...studies, model: { ...facts, kvBytesPerToken: run.kvBytesPerToken } };
  fill(document, "claims", claimsTable(claims(all), { document }));
  fill(document, "left-out", remarks(leftOut(all), { document }));
  const english = document.querySelector("#english");
  if (english !== null) english.textContent = recording.run.source;
  const data = document.createElement("script");
  data.setAttribute("type", "application/json");
  data.setAttribute("id", "recorded");
  data.textContent = JSON.stringify(recording).replaceAll("<", "\\u003c");
  document.querySelector("body")?.append(data);
  return document.toString();
}
