// Threads in a page: used where it is cross-origin isolated, done without where it is not, and the same bits always.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describe, tables } from "../one_answer/tables.mjs";
import { forEachEngine } from "./each_engine.mjs";
import { strictPolicy } from "./policy.mjs";

const repo = fileURLToPath(new URL("../..", import.meta.url));
const story = /^, there was a little girl named Lily\. She loved to play outside in the park\./;

forEachEngine(
  "threads",
  (test) => {
    const visit = async (open, isolated) => {
      const { page, server } = await open(repo, { csp: strictPolicy, isolated });
      await page.goto(`${server.url}tests/browser/pages/threads.html`);
      assert.equal(await page.run(() => globalThis.crossOriginIsolated), isolated);
      const run = (name, ...args) => page.run((f, a) => window.threads[f](...a), name, args);
      return { page, server, run };
    };

    test("an isolated page has as many as are asked for, under the strictest policy", async ({ open }) => {
      const { page, server, run } = await visit(open, true);
      const alone = await run("story", { threads: 1 });
      assert.match(alone.text, story);
      for (const threads of [2, 3]) {
        const many = await run("story", { threads });
        assert.deepEqual([many.text, many.threads], [alone.text, threads], many.message);
        assert.match(many.variant, /-threads$/);
      }
      const modules = new Set(server.requests.map(({ path }) => path).filter((path) => path.endsWith(".wasm")));
      assert.equal(modules.size, 2, `one module for one thread, one for several: ${[...modules]}`);
      // In the page's own thread, which may not wait for others, it goes on alone.
      const here = await run("story", { worker: false, threads: 2 });
      assert.equal(here.code, "unsupported-option");
      assert.match(here.message, /in the caller's thread/);
      assert.deepEqual(await run("disposeDuringSteps", { threads: 3 }, 5), ["disposed"]);
      for (const each of await run("several", { threads: 3 }, 3)) assert.equal(each.text, alone.text, each.message);
      assert.deepEqual(await page.problems(), []);
    });

    test("any other page has one thread, and says why", async ({ open }) => {
      const { page, server, run } = await visit(open, false);
      const alone = await run("story", {});
      assert.match(alone.text, story);
      assert.equal(alone.threads, 1);
      assert.match(alone.threadsReason, /not cross-origin isolated/);
      const refused = await run("story", { threads: 2 });
      assert.equal(refused.code, "unsupported-option");
      assert.match(refused.message, /not cross-origin isolated/);
      const modules = new Set(server.requests.map(({ path }) => path).filter((path) => path.endsWith(".wasm")));
      assert.equal(modules.size, 1, [...modules].join());
      assert.deepEqual(await page.problems(), []);
    });

    test("every golden, five ways, with several threads", async ({ browser, open }) => {
      const { page, run } = await visit(open, true);
      const relaxed = await page.run(() => import("/dist/index.js").then((m) => m.detectFeatures().relaxedSimd));
      const all = [["simd128-threads", 2], ["simd128-threads", 3], ...(relaxed ? [["relaxed-threads", 2]] : [])];
      const jobs = browser.name === "chromium" ? all : all.slice(-1);
      for (const [variant, threads] of jobs)
        for (const table of tables) {
          const result = await run("check", { variant, threads, table });
          assert.equal(result.differences.length, 0, describe(result.differences));
          assert.ok(result.cases > 0 && result.logitsRows > 0);
          console.log(
            `${browser.name} ${browser.version} ${variant}, ${threads} threads: ${table}: ${result.cases} cases, integer dot: ${result.intDot}`,
          );
        }
      assert.deepEqual(await page.problems(), []);
    });
  },
  ["chromium", "firefox"],
);
