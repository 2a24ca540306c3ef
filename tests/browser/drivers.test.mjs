// The driver itself, on a trivial page: what the other tests rely on must hold in each engine.
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { forEachEngine } from "./each_engine.mjs";
import { strictPolicy } from "./policy.mjs";

const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));

forEachEngine("driver", (test) => {
  test("runs async functions, clicks, types, hovers, presses keys, takes a picture", async ({ browser, open }) => {
    const { page, server } = await open(
      fixtures,
      { base: "/some/where/", csp: strictPolicy },
      { width: 480, height: 640 },
    );
    await page.goto(`${server.url}trivial.html`);
    const add = async (a, b) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { sum: a.n + b, width: innerWidth, isolated: globalThis.crossOriginIsolated };
    };
    assert.deepEqual(await page.run(add, { n: 40 }, 2), { sum: 42, width: 480, isolated: false });
    const fail = async () => {
      throw new Error("from inside");
    };
    await assert.rejects(page.run(fail), /from inside/);

    await page.type("#word", "señor");
    await page.press("#word", "Enter");
    await page.hover("#go");
    await page.click("#go");
    const said = await page.run(() => document.getElementById("out").textContent);
    assert.equal(said, "[enter][hover][click señor]");
    await page.press("#word", "Tab");
    assert.equal(await page.run(() => document.activeElement.id), "go");

    const picture = join(tmpdir(), `onehead-${browser.name}-${process.pid}.png`);
    await page.screenshot(picture);
    assert.equal((await readFile(picture)).subarray(1, 4).toString(), "PNG");
    await rm(picture);
    assert.deepEqual(await page.problems(), []);
    assert.equal((await fetch(`${server.origin}/trivial.html`)).status, 404, "outside the sub-path");
  });

  test("hears errors, rejections and policy violations", async ({ open }) => {
    const { page, server } = await open(fixtures, { csp: strictPolicy });
    await page.goto(`${server.url}trivial.html`);
    for (const [deed, pattern] of [
      ["log", /told to log/],
      ["throw", /told to throw/],
      ["reject", /told to reject/],
      ["eval", /unsafe-eval|Content.Security.Policy/i],
      ["inlineStyle", /style.*Content.Security.Policy|Content.Security.Policy.*style/is],
    ]) {
      const before = await page.problems();
      await page.run((name) => window.misbehave(name), deed);
      await page.run(() => new Promise((resolve) => setTimeout(resolve, 50)));
      const after = (await page.problems()).slice(before.length);
      assert.ok(
        after.some((text) => pattern.test(text)),
        `${deed}: ${JSON.stringify(after)}`,
      );
    }
  });
});
