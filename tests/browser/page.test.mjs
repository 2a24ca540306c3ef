// The page, end to end, in each engine: from a plain static server, from a sub-path, under the strictest policy.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { forEachEngine } from "./each_engine.mjs";
import { compareDrawing, compareMaps } from "./page/compare.mjs";
import { expectedRun, shippedModel } from "./page/expected.mjs";
import { readLive, readServed, until, untilTranslated, untilWord } from "./page/read_page.mjs";
import { strictPolicy } from "./policy.mjs";

const demo = fileURLToPath(new URL("../../build/page", import.meta.url));
const cat = "The cat purrs.";
const fox = "The quick brown fox jumps over the lazy dog.";

/** Opens the page and keeps its tour from starting by itself. */
async function visit({ open }, serverOptions, pageOptions) {
  const { page, server } = await open(demo, serverOptions, pageOptions);
  await page.goto(server.url);
  await page.press(null, "Escape");
  return { page, server };
}

forEachEngine("page", (test) => {
  test("a recorded run stands there at once and equals the live one that replaces it", async (tools) => {
    const { page, server } = await visit(tools);
    const run = await expectedRun(cat);
    const served = await readServed(page);
    assert.equal(served.origin, "recorded");
    assert.match(served.originText, /recorded/);
    await untilTranslated(page, run.text);
    const live = await readLive(page);
    assert.equal(live.origin, "live");
    assert.match(live.originText, /computed in your tab/);
    const measured = run.info.metadata["onehead.task.translate.alignment_layer"];
    assert.equal(live.layer, measured, "the layer that aligns best is shown first");
    compareDrawing(live, run);
    await compareMaps(page, run);
    // Maps are drawn by script alone; where the numbers come from is what differs.
    const numbers = ({ origin, originText, maps, ...rest }) => rest;
    assert.deepEqual(numbers(served), numbers(live));
    assert.deepEqual(await page.problems(), []);
    const resources = await page.run(() => performance.getEntriesByType("resource").map((entry) => entry.name));
    assert.ok(resources.length > 0 && resources.every((url) => url.startsWith(server.origin)), resources.join("\n"));
    assert.deepEqual(
      server.requests.filter(({ status }) => status !== 200),
      [],
    );
  });

  test("typing translates, and every word's drawing equals the trace (sub-path, strict policy)", async (tools) => {
    const { page } = await visit(tools, { base: "/some/where/", csp: strictPolicy });
    await untilTranslated(page, (await expectedRun(cat)).text);
    await page.type("#english", fox);
    const run = await expectedRun(fox);
    await untilTranslated(page, run.text);
    const words = (await readLive(page)).words.length;
    assert.ok(words > 5);
    const slabs = new Set();
    const targets = new Set();
    for (let word = 0; word < words; word++) {
      await page.click(`[data-output] [data-word="${word}"]`);
      await untilWord(page, word, { pinned: true });
      const drawn = await readLive(page);
      assert.deepEqual([drawn.words[word].shown, drawn.words[word].pinned], [true, true]);
      compareDrawing(drawn, run);
      slabs.add(JSON.stringify(drawn.rows.map((row) => row.levels)));
      targets.add(drawn.target);
    }
    assert.equal(slabs.size, 1, "the slab stays still while words are chosen");
    assert.equal(targets.size, words, "each word shows its own step");
    await compareMaps(page, run);

    const { nLayers } = run.info;
    const other = ((await readLive(page)).layer + 1) % nLayers;
    await page.run((layer) => {
      const select = document.querySelector('[data-action="layer"]');
      select.value = String(layer);
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }, other);
    const drawn = await readLive(page);
    assert.equal(drawn.layer, other);
    compareDrawing(drawn, run);
    await compareMaps(page, run);
    assert.deepEqual(await page.problems(), []);
  });

  test("dots have one scale: their drawn area is the weight", async (tools) => {
    const { page } = await visit(tools);
    await untilTranslated(page, (await expectedRun(cat)).text);
    const dots = await page.run(() =>
      [...document.querySelectorAll("td[data-weight]")].map((cell) => {
        // The bounding rectangle on the screen would be snapped to pixels in Firefox.
        const circle = cell.querySelector("circle");
        const { width, height } = circle.getBBox();
        const { a, d } = circle.getScreenCTM();
        return { weight: Number(cell.dataset.weight), area: width * a * height * d };
      }),
    );
    const large = dots.filter(({ weight }) => weight >= 0.05);
    assert.ok(large.length >= 4);
    const ratios = large.map(({ weight, area }) => area / weight);
    assert.ok(Math.max(...ratios) / Math.min(...ratios) < 1.1, JSON.stringify(large));
  });

  test("stop stops, and the next text is translated", async (tools) => {
    const { page } = await visit(tools);
    await untilTranslated(page, (await expectedRun(cat)).text);
    const n = 40;
    const long = Array.from({ length: n }, (_, i) => `My sister bought ${i + 2} red books yesterday.`).join(" ");
    await page.run((text) => {
      const box = document.getElementById("english");
      box.value = text;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }, long);
    await page.press("#english", "Enter");
    await until(
      page,
      "the translation to begin",
      () => document.querySelector('[data-action="stop"]:not([disabled])') !== null,
    );
    await page.click('[data-action="stop"]');
    await until(
      page,
      "the translation to end",
      () => document.querySelector('[data-action="stop"][disabled]') !== null,
    );
    const count = () => document.querySelectorAll("[data-output] [data-sentence]").length;
    const stopped = await page.run(count);
    await page.run(() => new Promise((resolve) => setTimeout(resolve, 300)));
    assert.equal(await page.run(count), stopped);
    assert.ok((await page.run(() => document.querySelectorAll("[data-output] p[data-sentence]").length)) < n);
    await page.type("#english", fox);
    await untilTranslated(page, (await expectedRun(fox)).text);
    assert.deepEqual(await page.problems(), []);
  });

  test("keyboard: type, go to the words, move, pin, let go", async (tools) => {
    const { page } = await visit(tools);
    const run = await expectedRun(fox);
    await untilTranslated(page, (await expectedRun(cat)).text);
    await page.type("#english", fox);
    await page.press("#english", "Enter");
    await untilTranslated(page, run.text);
    const active = () => ({ ...document.activeElement.dataset });
    for (let presses = 0; ; presses++) {
      assert.ok(presses < 20, "Tab should reach the Spanish words");
      await page.press(null, "Tab");
      if ("word" in (await page.run(active))) break;
    }
    const start = Number((await page.run(active)).word);
    await page.press(null, "ArrowRight");
    assert.equal(Number((await page.run(active)).word), start + 1);
    const previewed = await readLive(page);
    assert.ok(previewed.words[start + 1].shown, "focus previews");
    compareDrawing(previewed, run);
    await page.press(null, "Enter");
    await untilWord(page, start + 1, { pinned: true });
    await page.press(null, "Escape");
    await untilWord(page, start + 1, { pinned: false });
  });

  test("several sentences, nothing, and a permalink", async (tools) => {
    const { page, server } = await visit(tools);
    await untilTranslated(page, (await expectedRun(cat)).text);
    await page.type("#english", "I am here. Where are you?");
    await until(page, "two sentences", () => {
      const parts = [...document.querySelectorAll("[data-output] p[data-sentence]")];
      return parts.length === 2 && document.querySelector("[data-origin]").textContent === "computed in your tab";
    });
    await page.goto("about:blank"); // or the next address would be a move within the page
    await page.goto(`${server.url}#en=${encodeURIComponent(fox)}&word=2`);
    const run = await expectedRun(fox);
    await untilTranslated(page, run.text);
    await untilWord(page, 1, { pinned: true });
    assert.equal(await page.run(() => document.getElementById("english").value), fox);
    await page.type("#english", " ");
    await until(page, "a remark on the empty text", () =>
      /[Nn]othing/.test(document.getElementById("remark").textContent),
    );
    assert.deepEqual(await page.problems(), []);
    assert.equal((await shippedModel()).info.nKvHeads, 1);
  });
});
