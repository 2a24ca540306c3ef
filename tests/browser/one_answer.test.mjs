// One answer (NUMERICS): the wasm builds in three engines give the golden tables' bits.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, tables } from "../one_answer/tables.mjs";
import { forEachEngine } from "./each_engine.mjs";
import { strictPolicy } from "./policy.mjs";

const repo = fileURLToPath(new URL("../..", import.meta.url));

// What each engine must be able to run: WebKit has no relaxed SIMD.
const expected = {
  chromium: { simd128: true, relaxed: true },
  firefox: { simd128: true, relaxed: true },
  webkit: { simd128: true, relaxed: false },
};

forEachEngine("one answer", (test) => {
  for (const variant of ["simd128", "relaxed"])
    test(`${variant}: every golden, five ways`, async ({ browser, open }) => {
      const { page, server } = await open(repo, { csp: strictPolicy });
      await page.goto(`${server.url}tests/browser/pages/one_answer.html`);
      const runs = await page.run(async (name) => {
        // An engine may call the page loaded before its module has run.
        while (!window.oneAnswer) await new Promise((resolve) => setTimeout(resolve, 20));
        return window.oneAnswer.runs(name);
      }, variant);
      // A newer engine may be able to do more; one that can do less is a surprise.
      if (expected[browser.name][variant]) assert.ok(runs, `${browser.name} ${browser.version} refuses ${variant}`);
      if (!runs) return;
      for (const table of tables) {
        const result = await page.run((name, path) => window.oneAnswer.check(name, path), variant, table);
        assert.equal(result.differences.length, 0, describe(result.differences));
        assert.ok(result.cases > 0 && result.logitsRows > 0);
        console.log(
          `${browser.name} ${browser.version} ${variant}: ${table}: ${result.cases} cases, ${result.logitsRows} rows of logits, integer dot: ${result.intDot}`,
        );
      }
      assert.deepEqual(await page.problems(), []);
    });
});
