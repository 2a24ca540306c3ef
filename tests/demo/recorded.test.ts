import { readFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { prerender } from "../../web/demo/prerender";
import { type Recording, recordedState } from "../../web/demo/recording";
import { compactRun, expandRun } from "../../web/demo/run/compact";
import type { Run } from "../../web/demo/run/run";
import { paint } from "../../web/demo/ui/paint";
import { syntheticRun } from "./synthetic";

const page = readFileSync(new URL("../../web/demo/index.html", import.meta.url), "utf8");
const run = syntheticRun({ headDim: 16 });
const recording: Recording = {
  facts: { parameterCount: 5_200_000, nLayers: 3, nQueryHeads: 8, nKvHeads: 1 },
  alignmentLayer: 1,
  run: compactRun(run, 1),
};

/** Every slot's markup once a state is drawn into the page. */
function drawn(of: Run, html = page): Record<string, string> {
  const { document } = parseHTML(html);
  paint(document, { ...recordedState(recording), entries: [{ source: of.source, run: of }] });
  const slots = Array.from(document.querySelectorAll("[data-slot]"));
  return Object.fromEntries(slots.map((slot) => [slot.getAttribute("data-slot"), slot.innerHTML]));
}

describe("the recorded run", () => {
  test("draws the same as the run it was made from, to the last digit", () => {
    const live = drawn(run);
    const recorded = drawn(expandRun(recording.run));
    for (const slot of ["ledger", "spanish", "choice", "split", "bytes", "candidates", "headline", "facts", "legend"]) {
      expect(recorded[slot] === live[slot], slot).toBe(true);
      expect(live[slot], slot).not.toBe("");
    }
    expect(recorded.origin).toContain("recorded");
    expect(live.origin).toContain("computed in your tab");
  });

  test("survives being made compact twice", () => {
    expect(compactRun(expandRun(recording.run), 1)).toEqual(recording.run);
  });

  test("is a few kilobytes", () => {
    expect(JSON.stringify(recording).length).toBeLessThan(10_000);
  });

  test("that is cut off is refused", () => {
    const cut = structuredClone(recording.run) as { positions: { reads: string }[] };
    cut.positions[3] = { ...cut.positions[3], reads: "AAAA" } as { reads: string };
    expect(() => expandRun(cut as never)).toThrow(/cut off/);
  });
});

describe("the page without JavaScript", () => {
  const html = prerender(page, recording);
  const { document } = parseHTML(html);

  test("has the translation, the whole ledger and where they come from", () => {
    expect(document.querySelector("[data-output]")?.textContent).toContain("gato");
    expect(document.querySelectorAll("[data-ledger] tbody tr")).toHaveLength(run.positions.length);
    expect(document.querySelector("[data-origin]")?.textContent).toContain("recorded");
    expect(document.querySelector("h1")?.textContent).toBe("Every word asks eight questions of one key and one value.");
    expect(document.querySelector("#english")?.textContent).toBe(run.source);
  });

  test("needs no inline style, script or handler, and asks nobody else for anything", () => {
    for (const element of Array.from(document.querySelectorAll("*"))) {
      for (const { name, value } of Array.from(element.attributes)) {
        expect(name).not.toMatch(/^(style$|on)/);
        if (["href", "src"].includes(name)) expect(value).not.toMatch(/^(https?:|data:|\/)/);
      }
      expect(element.localName).not.toBe("style");
      if (element.localName === "script" && !element.hasAttribute("src"))
        expect(element.getAttribute("type")).toBe("application/json");
    }
  });

  test("carries its data so that no text can end it early", () => {
    const hostile = { ...recording, run: { ...recording.run, source: "</script><b>" } };
    const parsed = parseHTML(prerender(page, hostile)).document;
    const data = JSON.parse(parsed.querySelector("#recorded")?.textContent ?? "");
    expect(data.run.source).toBe("</script><b>");
    expect(parsed.querySelector("#recorded b")).toBeNull();
  });

  test("drawing the same state over it changes nothing", () => {
    const { document: again } = parseHTML(html);
    const before = again.body.innerHTML;
    paint(again, recordedState(recording));
    expect(again.body.innerHTML).toBe(before);
  });

  test("says which language each token is in and keeps translators away from it", () => {
    const pieces = Array.from(document.querySelectorAll("[data-ledger] .piece"));
    expect(pieces.every((piece) => piece.getAttribute("translate") === "no")).toBe(true);
    expect(document.querySelector("[data-output]")?.getAttribute("lang")).toBe("es");
    expect(document.querySelector('[data-position="3"] .piece')?.getAttribute("lang")).toBe("en");
    expect(document.querySelector('[data-position="9"] .piece')?.getAttribute("lang")).toBe("es");
    expect(document.querySelectorAll("[aria-live]")).toHaveLength(1);
  });
});
