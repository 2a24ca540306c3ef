// The page as it stands without JavaScript: index.html with the recorded run drawn into its slots by the very
// views that draw the live one, and the run itself as data, which the script takes over from.

import { parseHTML } from "linkedom";
import { type Recording, recordedState } from "./recording";
import { paint } from "./ui/paint";

/** index.html with everything drawn that needs no script. */
export function prerender(page: string, recording: Recording): string {
  const { document } = parseHTML(page);
  paint(document, recordedState(recording));
  const english = document.querySelector("#english");
  if (english !== null) english.textContent = recording.run.source;
  const data = document.createElement("script");
  data.setAttribute("type", "application/json");
  data.setAttribute("id", "recorded");
  data.textContent = JSON.stringify(recording).replaceAll("<", "\\u003c");
  document.querySelector("body")?.append(data);
  return document.toString();
}
