// The twins on the page: there if the build found their files, and not if it did not.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load } from "../../dist/index.js";
import { translate } from "../../dist/tasks/index.js";
import { forEachEngine } from "./each_engine.mjs";
import { until } from "./page/read_page.mjs";
import { strictPolicy } from "./policy.mjs";

const demo = fileURLToPath(new URL("../../build/page", import.meta.url));
const folder = new URL("../../models/onehead-twins/", import.meta.url);
const twins = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".gguf")) : [];
const sentence = "The cat purrs.";

/** What a twin says in Node, and the bytes that it takes. */
async function expected(file) {
  const model = await load(new Uint8Array(readFileSync(new URL(file, folder))), { runtime: { worker: false } });
  try {
    const { text, sentences } = await translate(model, sentence).result();
    const tokens = sentences[0].promptIds.length + sentences[0].tokens.length;
    return { text, bytes: tokens * model.info.kvBytesPerToken };
  } finally {
    model.dispose();
  }
}

forEachEngine("twins", (test) => {
  test("each translates the sentence as it does in Node, or there are none to ask", async ({ open }) => {
    const { page, server } = await open(demo, { base: "/some/where/", csp: strictPolicy });
    await page.goto(server.url);
    await page.press(null, "Escape");
    await until(
      page,
      "the model",
      () => document.querySelector("[data-origin]")?.textContent === "computed in your tab",
    );
    const offered = await page.run(() => document.querySelectorAll("[data-twins]").length);
    assert.equal(offered, twins.length > 0 ? 1 : 0);
    const names = () => performance.getEntriesByType("resource").map(({ name }) => name);
    assert.equal((await page.run(names)).filter((name) => /\/h\d+-g\d+/.test(name)).length, 0, "fetched unasked");
    if (twins.length === 0) return;
    await page.run(() => document.querySelector('[data-action="twins"]').click());
    for (const file of twins.slice(0, 2)) {
      const name = file.split(".")[0];
      await until(page, name, (name) => document.querySelector(`[data-twin="${name}"] button`) !== null, name);
      await page.run((name) => document.querySelector(`[data-twin="${name}"] button`).click(), name);
      const shown = await until(
        page,
        `the translation by ${name}`,
        (name) => {
          const row = document.querySelector(`[data-twin="${name}"]`);
          const bytes = row.querySelector("[data-kv-bytes]");
          return bytes && { text: row.querySelector(".translated").textContent, bytes: Number(bytes.dataset.kvBytes) };
        },
        name,
      );
      assert.deepEqual(shown, await expected(file));
    }
    assert.deepEqual(await page.problems(), []);
  });
});
