// Model files kept in the private file system of a real browser: second visits, broken downloads, damage, two at
// once. WebKitGTK has none: there the model is in memory, and says so.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { forEachEngine } from "./each_engine.mjs";
import { strictPolicy } from "./policy.mjs";

const repo = fileURLToPath(new URL("../..", import.meta.url));
const model = readFileSync(new URL("../../models/onehead-tiny/onehead-tiny.q8_0.gguf", import.meta.url));
const chunk = 1 << 20;

/** The model's server: ranges, an ETag, and after `limit` bytes of an answer the rest in drops. */
function modelServer() {
  const state = { limit: Number.POSITIVE_INFINITY, gone: false, asked: [] };
  const intercept = (request, response) => {
    if (request.url !== "/model.gguf") return false;
    const { range } = request.headers;
    state.asked.push(range ?? "all");
    if (state.gone) {
      response.destroy();
      return true;
    }
    const at = Number(range?.match(/\d+/)?.[0] ?? 0);
    const part = model.subarray(at);
    response.writeHead(at ? 206 : 200, {
      etag: '"v1"',
      "content-length": part.length,
      ...(at && { "content-range": `bytes ${at}-${model.length - 1}/${model.length}` }),
    });
    if (part.length <= state.limit) response.end(part);
    else {
      response.write(part.subarray(0, state.limit));
      let next = state.limit;
      const drops = setInterval(() => response.write(part.subarray(next, ++next)), 60);
      response.on("close", () => clearInterval(drops));
    }
    return true;
  };
  return { state, intercept };
}

async function visit({ open }) {
  const { state, intercept } = modelServer();
  const { page, server } = await open(repo, { csp: strictPolicy, intercept });
  const url = `${server.url}tests/browser/pages/store.html`;
  const go = async () => {
    await page.goto(url);
    // WebKit's driver does not wait for modules.
    await page.run(async () => {
      while (!window.store) await new Promise((resolve) => setTimeout(resolve, 20));
    });
  };
  await go();
  const again = async () => {
    state.asked = [];
    await go();
  };
  return { page, state, again, load: (options = {}) => page.run((o) => window.store.visit(o), options) };
}

forEachEngine(
  "kept models",
  (test) => {
    test("a second visit opens without the network, until the file is removed", async (tools) => {
      const { page, state, again, load } = await visit(tools);
      const first = await load();
      assert.equal(first.storage, "opfs", first.storageReason);
      assert.deepEqual(state.asked, ["all"]);
      assert.deepEqual(await page.run(() => window.store.list()), [
        { path: "/model.gguf", bytes: model.length, complete: true },
      ]);
      state.gone = true;
      await again();
      assert.deepEqual(await load(), first);
      assert.deepEqual(state.asked, []);
      assert.deepEqual(await page.problems(), []);
      state.gone = false;
      assert.equal(await page.run(() => window.store.remove()), true);
      assert.deepEqual(await page.run(() => window.store.list()), []);
      assert.deepEqual(await load(), first);
      assert.deepEqual(state.asked, ["all"]);
    });

    test("a page that is left while it loads: the next visit goes on from there", async (tools) => {
      const { page, state, again, load } = await visit(tools);
      state.limit = 3 * chunk + 100_000;
      await page.run(() => window.store.begin());
      await again();
      state.limit = Number.POSITIVE_INFINITY;
      const { storage, storageReason } = await load();
      assert.equal(storage, "opfs", storageReason);
      // The third chunk may have been under way.
      assert.ok(
        [2, 3].some((n) => state.asked.join() === `bytes=${n * chunk}-`),
        state.asked.join(),
      );
    });

    test("a damaged file is noticed and fetched again from there", async (tools) => {
      const { page, state, again, load } = await visit(tools);
      const first = await load();
      await page.run((at) => window.store.damage(at), 2 * chunk + 5);
      await again();
      assert.deepEqual(await load(), first);
      assert.deepEqual(state.asked, [`bytes=${2 * chunk}-`]);
      await again();
      assert.deepEqual(await load(), first);
      assert.deepEqual(state.asked, []);
    });

    test("two at once do not mix", async (tools) => {
      const { page, state, again, load } = await visit(tools);
      const [a, b] = await page.run(() => window.store.pair());
      assert.equal(a.text, b.text);
      assert.ok([a.storage, b.storage].includes("opfs"));
      await again();
      assert.equal((await load()).text, a.text);
      assert.deepEqual(state.asked, []);
    });

    test("none, where it is not wanted or the engine has no thread of its own", async (tools) => {
      const { page, load } = await visit(tools);
      for (const [options, words] of [
        [{ store: "none" }, /"none"/],
        [{ runtime: { worker: false } }, /worker/],
      ]) {
        const { storage, storageReason } = await load(options);
        assert.equal(storage, "memory");
        assert.match(storageReason, words);
      }
      assert.deepEqual(await page.run(() => window.store.list()), []);
    });
  },
  ["chromium", "firefox"],
);

forEachEngine(
  "kept models",
  (test) => {
    test("in memory, and why", async (tools) => {
      const { page, state, again, load } = await visit(tools);
      const first = await load();
      assert.equal(first.storage, "memory");
      assert.match(first.storageReason, /private file system/);
      await again();
      assert.deepEqual(await load(), first);
      assert.ok(state.asked.length <= 1, "the browser's own cache may have it");
      assert.deepEqual(await page.run(() => window.store.list()), []);
      assert.deepEqual(await page.problems(), []);
    });
  },
  ["webkit"],
);
