// How the page stands on small screens, for screen readers, and without JavaScript.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { forEachEngine } from "./each_engine.mjs";
import { expectedRun } from "./page/expected.mjs";
import { readStill, untilTranslated } from "./page/read_page.mjs";

const demo = fileURLToPath(new URL("../../build/page", import.meta.url));
const cat = "The cat purrs.";

/** MiniBrowser's window cannot be as narrow as a phone. */
const narrowest = { chromium: 360, firefox: 360, webkit: 480 };

forEachEngine("layout", (test) => {
  test("a phone's width needs no sideways scrolling", async ({ browser, open }) => {
    const { page, server } = await open(demo, {}, { width: narrowest[browser.name], height: 740 });
    await page.goto(server.url);
    await page.press(null, "Escape");
    await untilTranslated(page, (await expectedRun(cat)).text);
    for (const text of [null, "The quick brown fox jumps over the lazy dog."]) {
      if (text) {
        await page.type("#english", text);
        await untilTranslated(page, (await expectedRun(text)).text);
      }
      const { scroll, client } = await page.run(() => ({
        scroll: document.documentElement.scrollWidth,
        client: document.documentElement.clientWidth,
      }));
      assert.ok(scroll <= client, `${scroll} wide on ${client}`);
    }
  });

  test("languages and live region are marked", async ({ open }) => {
    const { page, server } = await open(demo);
    await page.goto(server.url);
    await untilTranslated(page, (await expectedRun(cat)).text);
    const marks = await page.run(() => ({
      output: document.querySelector("[data-output]").closest("[lang]").lang,
      liveRegions: document.querySelectorAll('[aria-live="polite"]').length,
      translated: [...document.querySelectorAll(".piece, [data-word]")].filter(
        (element) => element.getAttribute("translate") !== "no",
      ).length,
    }));
    assert.deepEqual(marks, { output: "es", liveRegions: 1, translated: 0 });
  });
});

forEachEngine(
  "accessibility",
  (test) => {
    for (const colorScheme of ["light", "dark"])
      test(`axe finds nothing, ${colorScheme}`, async ({ open }) => {
        const { page, server } = await open(demo, {}, { colorScheme });
        await page.goto(server.url);
        await page.press(null, "Escape");
        await untilTranslated(page, (await expectedRun(cat)).text);
        const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
        const violations = await page.run(`async () => {
          ${axe};
          const { violations } = await axe.run(document, { resultTypes: ["violations"] });
          return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map((n) => n.target.join(" ")).slice(0, 5) }));
        }`);
        assert.deepEqual(violations, []);
      });

    test("without JavaScript the recorded run is there", async ({ open }) => {
      const { page, server } = await open(demo, {}, { javaScript: false });
      await page.goto(server.url);
      const drawn = await readStill(page);
      assert.equal(drawn.origin, "recorded");
      assert.ok(drawn.rows.length > 3 && drawn.words.length >= 2);
      assert.equal(
        drawn.words
          .map((word) => word.text)
          .join(" ")
          .replace(/ ([.,])/g, "$1"),
        (await expectedRun(cat)).text,
      );
    });
  },
  ["chromium"],
);
