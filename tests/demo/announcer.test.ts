import { expect, test } from "vitest";
import { createAnnouncer } from "../../web/demo/ui/announcer";
import { emptyDocument } from "./dom";

test("each whole word is said once, in order, and a new text begins anew", () => {
  const document = emptyDocument();
  const region = document.createElement("div");
  const announcer = createAnnouncer(region);
  const said = () => Array.from(region.children, (line) => line.textContent?.trim());
  announcer.words(["El"]);
  announcer.words(["El"]);
  announcer.words(["El", "gato", "ronronea"]);
  expect(said()).toEqual(["El", "gato ronronea"]);
  announcer.clear();
  announcer.words(["La"]);
  announcer.say("Copied");
  expect(said()).toEqual(["La", "Copied"]);
});
