// "Bring your own model", end to end in each engine: from a plain static server, from a sub-path, under the strictest
// policy. The text and every drawn weight must equal what the package gives in Node.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "../../dist/index.js";
import { forEachEngine } from "./each_engine.mjs";
import { expectedRun } from "./page/expected.mjs";
import { ownModels } from "./page/own_models.mjs";
import {
  chooseAddress,
  chooseFile,
  loadChosen,
  problem,
  readLog,
  readOwn,
  untilPhase,
  untilRests,
} from "./page/own_page.mjs";
import { until, untilTranslated } from "./page/read_page.mjs";
import { strictPolicy } from "./policy.mjs";

const demo = fileURLToPath(new URL("../../build/page", import.meta.url));
const given = "Once upon a time";
/** The page's settings at first. */
const chatting = { temperature: 0.4, topP: 0.9, seed: 1 };
const continuing = { ...chatting, temperature: 0.8 };
const short = (x) => Number(x.toFixed(3));

let models;
before(async () => {
  models = await ownModels();
});
after(() => models.remove());

/** Opens the other side of the page; its server has the models too. */
async function visit({ open }, serverOptions, pageOptions) {
  const { page, server } = await open({ "": demo, "models/": models.folder }, serverOptions, pageOptions);
  await page.goto(`${server.url}#own`);
  await untilPhase(page, "choose");
  return { page, server };
}

/** Runs `use` with the same model in Node. */
async function inNode(bytes, use) {
  const model = await load(new Uint8Array(bytes), { runtime: { worker: false } });
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
}

/** In the page: names of the files that its origin keeps. */
async function keptFiles() {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("onehead");
  const names = [];
  for await (const name of folder.keys()) names.push(name);
  return names;
}

const setTokens = (page, maxTokens) => setSetting(page, "maxTokens", maxTokens);

async function setSetting(page, name, value) {
  await page.run(
    (name, value) => {
      const field = document.querySelector(`[data-setting="${name}"]`);
      field.closest("details").open = true;
      field.value = value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    },
    name,
    String(value),
  );
}

/** The drawn query's weights are the trace's, the folded ones summed; what the layer's window hides has none. */
async function compareDrawing(drawn, model, ids) {
  const window = model.info.windows[drawn.layer];
  const { attention } = await model.trace(ids, { layers: [drawn.layer], queries: "all" });
  const [, heads, length] = attention.shape;
  const folded = drawn.rows.find((row) => row.folded > 0)?.folded ?? 0;
  const placeOf = (row) => (folded === 0 || row === 0 ? row : row === 1 ? 1 : row + folded - 1);
  const query = placeOf(drawn.query);
  const weight = (head, key) => attention.data[(head * length + query) * length + key];
  for (const [index, row] of drawn.rows.entries()) {
    if (index > drawn.query) {
      assert.ok(row.masked, `row ${index} is not yet written`);
      continue;
    }
    const last = row.folded > 0 ? row.folded : placeOf(index);
    assert.equal(row.beyond, window > 0 && placeOf(index) <= query - window, `row ${index} in the window`);
    if (row.beyond) {
      for (let head = 0; head < heads; head++) assert.equal(weight(head, Math.min(last, query - window)), 0);
      continue;
    }
    assert.equal(row.weights.length, heads);
    for (const [head, drawnWeight] of row.weights) {
      let expected = weight(head, placeOf(index));
      for (let more = 1; row.folded > more; more++) expected += weight(head, placeOf(index) + more);
      assert.equal(drawnWeight, short(expected), `row ${index}, head ${head}`);
    }
  }
}

forEachEngine("bring your own model", (test) => {
  test("a base model continues a text, and every drawn weight is the trace's (sub-path, strict policy)", async (tools) => {
    const { page } = await visit(tools, { base: "/some/where/", csp: strictPolicy });
    await chooseFile(page, "stories.gguf");
    await loadChosen(page);
    await setTokens(page, 60);
    await page.type("#own-text", given);
    await page.click('[data-own="go"]');
    await untilRests(page);
    const drawn = await readOwn(page);
    assert.equal(drawn.headline, "Every word asks eight questions of four keys and four values.");
    assert.equal(drawn.slabs, 4);
    assert.equal(drawn.maps, 8);
    assert.match(drawn.speed, /tokens\/s/);
    await inNode(models.file, async (model) => {
      const session = await model.createSession();
      const options = { maxTokens: 60, ...continuing };
      const tokens = [];
      for await (const token of session.generate(given, options)) tokens.push(token);
      const written = tokens.map((token) => token.text).join("");
      assert.deepEqual(await readLog(page), [given + written]);
      const ids = [...(await model.encode(given)), ...tokens.map((token) => token.id)];
      assert.ok(
        drawn.rows.some((row) => row.folded > 0),
        "a long text is folded",
      );
      await compareDrawing(drawn, model, ids);
      const [mqa, gqa, mha] = drawn.kinds;
      const bytes = ids.length * model.info.kvBytesPerToken;
      assert.deepEqual(
        [mqa, gqa, mha],
        [
          ["MQA", bytes / 4, false],
          ["GQA", bytes, true],
          ["MHA", bytes * 2, false],
        ],
      );

      const [first] = drawn.words;
      await page.click(`[data-place="${first.place}"]`);
      await until(
        page,
        "the first word to be pinned",
        (place) => {
          const word = document.querySelector(`[data-place="${place}"]`);
          return (
            word.getAttribute("aria-pressed") === "true" && document.querySelector(".workplace[aria-busy]") === null
          );
        },
        first.place,
      );
      await compareDrawing(await readOwn(page), model, ids);

      await page.click("[data-layer-step]:not([disabled])");
      await untilRests(page);
      const other = await readOwn(page);
      assert.notEqual(other.layer, drawn.layer);
      await compareDrawing(other, model, ids);

      await page.click('[data-move="before"]');
      await untilRests(page);
      const earlier = await readOwn(page);
      assert.ok(earlier.rows.length > 2 && earlier.words.at(-1).place < other.words.at(-1).place);
      await compareDrawing(earlier, model, ids);

      // "Go on" goes on where it stopped.
      await setTokens(page, 5);
      await page.click('[data-own="go"]');
      await untilRests(page);
      const more = await session.generate("", { ...options, maxTokens: 5 }).result();
      assert.deepEqual(await readLog(page), [given + written + more.text]);
    });
    assert.deepEqual(await page.problems(), []);
  });

  test("layers with a window are drawn with what they do not see", async (tools) => {
    const { page } = await visit(tools);
    await chooseFile(page, "windowed.gguf");
    await loadChosen(page);
    await setTokens(page, 60);
    await setSetting(page, "seed", 2); // the first is over before the window is full
    await page.type("#own-text", "the rain in spain stays");
    await page.click('[data-own="go"]');
    await untilRests(page);
    const drawn = await readOwn(page);
    assert.equal(drawn.headline, "Every word asks three questions of one key and one value.");
    assert.ok(drawn.rows.some((row) => row.beyond));
    assert.equal(drawn.hatched, 3, "each map shows the window's edge");
    await inNode(models.windowed, async (model) => {
      const tokens = [];
      const options = { maxTokens: 60, ...continuing, seed: 2 };
      for await (const token of model.generate("the rain in spain stays", options)) tokens.push(token);
      const ids = [...(await model.encode("the rain in spain stays")), ...tokens.map((token) => token.id)];
      assert.equal(model.info.windows[drawn.layer], 24);
      await compareDrawing(drawn, model, ids);
      await page.run(() => {
        const picker = document.querySelector('[data-look="layer"]');
        picker.value = "5";
        picker.dispatchEvent(new Event("change", { bubbles: true }));
      });
      await untilRests(page);
      const global = await readOwn(page);
      assert.equal(global.layer, 5);
      assert.ok(global.rows.every((row) => !row.beyond));
      await compareDrawing(global, model, ids);
    });
    assert.deepEqual(await page.problems(), []);
  });

  test("a chat answers turn by turn, stops, and begins anew; a file can be dropped", async (tools) => {
    const { page, server } = await visit(tools, { csp: strictPolicy });
    await chooseAddress(page, "models/chat.gguf");
    await loadChosen(page);
    await setTokens(page, 20);
    await page.type("#own-say", "Hello");
    await page.press("#own-say", "Enter");
    await untilRests(page);
    await page.type("#own-say", "And then?");
    await page.press("#own-say", "Enter");
    await untilRests(page);
    const log = await readLog(page);
    await inNode(models.chat, async (model) => {
      const session = await model.createSession();
      const options = { maxTokens: 20, ...chatting };
      const messages = [{ role: "user", content: "Hello" }];
      const first = await session.chat(messages, options).result();
      messages.push({ role: "assistant", content: first.text }, { role: "user", content: "And then?" });
      const second = await session.chat(messages, options).result();
      assert.deepEqual(log, ["Hello", first.text, "And then?", second.text]);
    });
    const roles = await page.run(() => [...document.querySelectorAll("[data-turn]")].map((turn) => turn.dataset.role));
    assert.deepEqual(roles, ["user", "assistant", "user", "assistant"]);

    await setTokens(page, 100_000);
    await page.type("#own-say", "Tell me a long story");
    // A model this small ends its text within moments: the page itself must watch for the first words.
    await page.run(() => {
      const watch = new MutationObserver(() => {
        const stop = document.querySelector('[data-own="stop"]');
        if (!stop || (document.querySelector('[data-turn="5"] .text')?.textContent.length ?? 0) < 20) return;
        watch.disconnect();
        stop.click();
      });
      watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await page.press("#own-say", "Enter");
    await until(page, "an answer", () => document.querySelector('[data-turn="5"] .text') !== null);
    await until(page, "the end", () => document.querySelector('[data-own="send"]') !== null);
    assert.match(await page.run(() => document.querySelector('[data-turn="5"]').textContent), /Stopped/);
    await page.click('[data-own="new"]');
    assert.deepEqual(await readLog(page), []);
    await setTokens(page, 4);
    await page.type("#own-say", "Hi");
    await page.press("#own-say", "Enter");
    await untilRests(page);
    assert.equal((await readLog(page)).length, 2);

    await page.click('[data-own="close"]');
    await untilPhase(page, "choose");
    await page.run(async () => {
      const bytes = await (await fetch("models/stories.gguf")).arrayBuffer();
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], "stories.gguf"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    });
    await loadChosen(page);
    assert.deepEqual(await page.problems(), []);
    const outside = await page.run(() => performance.getEntriesByType("resource").map((entry) => entry.name));
    assert.ok(
      outside.every((url) => url.startsWith(server.origin)),
      outside.join("\n"),
    );
  });

  test("what cannot be is said in a sentence, and the page goes on", async (tools) => {
    const { page } = await visit(tools);
    await chooseFile(page, "notes.gguf");
    assert.match(await problem(page), /not a GGUF/i);
    await chooseFile(page, "unknown.gguf");
    assert.match(await problem(page), /zebra.+Choose another/s);
    await chooseFile(page, "cut.gguf");
    await loadChosen(page, "weighed");
    assert.match(await problem(page), /Download it again/);
    await page.click('[data-own="back"]');
    await untilPhase(page, "choose");
    await chooseAddress(page, "nonsense:model");
    await until(page, "a word on the address", () =>
      /https:/.test(document.querySelector("[data-address-note].error")?.textContent ?? ""),
    );
    await chooseAddress(page, "models/missing.gguf");
    assert.match(await problem(page), /does not have this file/);
    await chooseFile(page, "stories.gguf");
    await loadChosen(page);
    assert.equal(await page.run(() => document.querySelector("[data-problem]").textContent.trim()), "");
  });

  test("the translator's side fetches nothing of it, and both sides keep what they have", async ({ open }) => {
    const { page, server } = await open({ "": demo, "models/": models.folder });
    await page.goto(server.url);
    await page.press(null, "Escape");
    await untilTranslated(page, (await expectedRun("The cat purrs.")).text);
    await page.run(() => new Promise((resolve) => setTimeout(resolve, 1500)));
    const later = JSON.parse(
      await page.run(async () => /const LATER = (\[.*?\])/s.exec(await (await fetch("sw.js")).text())[1]),
    );
    assert.ok(later.some((name) => /own.*\.js$/.test(name)) && later.some((name) => name.endsWith(".css")));
    const asked = () => later.filter((name) => server.requests.some(({ path }) => path.endsWith(name)));
    assert.deepEqual(asked(), []);
    await page.click('[data-sides] a[href="#own"]');
    await untilPhase(page, "choose");
    assert.ok(asked().length > 0, "its script and styles come when it is asked for");
    await chooseFile(page, "stories.gguf");
    await loadChosen(page);
    await page.click('[data-sides] a[href="#translator"]');
    await until(page, "the translator", () => document.querySelector('[data-side="own"]').hidden);
    assert.match(await page.run(() => document.querySelector("[data-origin]").textContent), /computed in your tab/);
    await page.click('[data-sides] a[href="#own"]');
    await until(page, "the loaded model", () => document.querySelector("[data-ready]")?.checkVisibility?.() ?? true);
    assert.deepEqual(await page.problems(), []);
  });

  const narrowest = { chromium: 360, firefox: 360, webkit: 480 };
  test("a phone's width needs no sideways scrolling", async (tools) => {
    const { page } = await visit(tools, {}, { width: narrowest[tools.browser.name], height: 740 });
    const wide = () => page.run(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok((await wide()) <= 0, "choosing");
    await chooseFile(page, "stories.gguf");
    await untilPhase(page, "weighed");
    assert.ok((await wide()) <= 0, "weighing");
    await loadChosen(page);
    await setTokens(page, 60);
    await page.click('[data-own="go"]');
    await untilRests(page);
    assert.ok((await wide()) <= 0, "the pictures");
  });
});

forEachEngine(
  "bring your own model, accessibility",
  (test) => {
    for (const colorScheme of ["light", "dark"])
      test(`axe finds nothing, ${colorScheme}`, async (tools) => {
        const { page } = await visit(tools, {}, { colorScheme });
        const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
        const violations = () =>
          page.run(`async () => {
            ${axe};
            const { violations } = await axe.run(document, { resultTypes: ["violations"] });
            return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.map((n) => n.target.join(" ")).slice(0, 5) }));
          }`);
        assert.deepEqual(await violations(), [], "choosing");
        await chooseFile(page, "chat.gguf");
        await untilPhase(page, "weighed");
        assert.deepEqual(await violations(), [], "weighing");
        await loadChosen(page);
        await setTokens(page, 60);
        await page.type("#own-say", "Hello");
        await page.press("#own-say", "Enter");
        await untilRests(page);
        assert.deepEqual(await violations(), [], "at work");
      });

    test("a second visit needs no network: the page, and the model it has kept", async (tools) => {
      const { page, server } = await visit(tools);
      await chooseAddress(page, "models/chat.gguf");
      await loadChosen(page);
      const fetched = () => server.requests.filter(({ path }) => path.endsWith("chat.gguf")).length;
      const before = fetched();
      assert.match(await page.run(() => document.querySelector(".about .kept").textContent), /Kept in this browser/);
      await page.run(async () => {
        const registration = await navigator.serviceWorker.ready;
        while (registration.active?.state !== "activated" || !navigator.serviceWorker.controller)
          await new Promise((resolve) => setTimeout(resolve, 100));
        const name = (await caches.keys()).find((key) => key.startsWith("onehead-"));
        const has = async () => (await (await caches.open(name)).keys()).some(({ url }) => /own[^/]*\.css$/.test(url));
        while (!(await has())) await new Promise((resolve) => setTimeout(resolve, 100));
      });
      const { url } = server;
      await page.goto("about:blank");
      await server.close();
      await page.goto(`${url}#own`);
      await untilPhase(page, "choose");
      await until(page, "the kept model", () => document.querySelector('[data-kept] [data-url$="/models/chat.gguf"]'));
      await page.click('[data-kept] [data-url$="/models/chat.gguf"]');
      await loadChosen(page);
      assert.equal(fetched(), before);
      assert.equal(await page.run(() => document.querySelector(".about .name").textContent), "chat");
      // Somebody who has the file open keeps it there.
      await page.run(async () => {
        const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("onehead");
        for await (const file of folder.values())
          if (file.name.endsWith(".json")) window.held = await file.createWritable();
      });
      await page.click('[data-own="remove"]');
      assert.match(await problem(page), /could not be removed.+using its file/s);
      const endings = (await page.run(keptFiles)).map((name) => name.slice(name.indexOf(".")));
      assert.ok(endings.includes(".json") && endings.includes(".gguf"), endings.join());
      assert.match(await page.run(() => document.querySelector(".about .kept").textContent), /Kept in this browser/);
      await page.run(() => window.held.abort());
      await page.click('[data-own="remove"]');
      await until(page, "its removal", () => /Removed/.test(document.querySelector(".about .kept").textContent));
      assert.deepEqual(await page.run(keptFiles), []);
      assert.equal(await page.run(() => document.querySelector("[data-problem]").textContent), "");
    });
  },
  ["chromium"],
);
