// The tasks of one model as tabs, end to end in each engine: with a model of which it is known what it says, and with
// the page's own, whatever tasks that has.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { load } from "../../dist/index.js";
import { classify } from "../../dist/tasks/index.js";
import { forEachEngine } from "./each_engine.mjs";
import { expectedRun, shippedModel } from "./page/expected.mjs";
import { until, untilTranslated } from "./page/read_page.mjs";
import { insteadOfModel, taskModel } from "./page/task_model.mjs";
import { strictPolicy } from "./policy.mjs";

const demo = fileURLToPath(new URL("../../build/page", import.meta.url));
const short = (x) => Number(x.toFixed(3));

/** Opens the page with the model of known answers at an address. */
async function visit({ open }, hash, { silent = false, page: pageOptions } = {}) {
  const options = { base: "/some/where/", csp: strictPolicy, intercept: insteadOfModel(taskModel({ silent })) };
  const { page, server } = await open(demo, options, pageOptions);
  await page.goto(server.url + hash);
  await page.press(null, "Escape");
  await until(page, "the tabs", () => document.querySelector("[data-tasks]:not([hidden])") !== null);
  return { page, server };
}

/** What a task shows, once it rests and its pictures are drawn. */
const untilAnswered = (page, task) =>
  until(
    page,
    `the result of ${task}`,
    (task) => {
      const view = document.querySelector(`[data-panel="${task}"]:not([hidden]) onehead-task.drawn`);
      if (view === null || view.dataset.busy !== "false") return null;
      if (view.matches(".writing, [aria-busy]") || view.querySelector(".maps .map") === null) return null;
      const all = (css) => [...view.querySelectorAll(css)];
      return {
        result: view.querySelector("[data-result]").innerText.trim(),
        classes: all("[data-class]").map(({ dataset }) => [dataset.class, Number(dataset.probability)]),
        marked: all("mark").map((mark) => mark.textContent),
        read: all(".read-word").map((word) => [word.firstChild.textContent, Number(word.dataset.read)]),
        weights: all("[data-ledger] td[data-weight]").map((cell) => Number(cell.dataset.weight)),
        query: Number(view.querySelector("[data-ledger]")?.dataset.query),
        asks: view.querySelector('[data-role="asks"] .piece')?.textContent,
        chosen: view.querySelector('[data-role="chosen"] .piece')?.textContent,
        folded: all("[data-folded]").length,
        candidates: all("[data-candidate]").map(({ dataset }) => dataset.candidate),
      };
    },
    task,
  );

const tabs = (page) =>
  page.run(() =>
    [...document.querySelectorAll('[role="tab"]')].map((tab) => [
      tab.dataset.task,
      tab.getAttribute("aria-selected"),
      tab.tabIndex,
    ]),
  );
const address = (page) => page.run(() => location.hash);

forEachEngine("tasks", (test) => {
  test("the page's own model shows the tasks that it has, and one alone has no tabs", async ({ open }) => {
    const { page, server } = await open(demo);
    await page.goto(server.url);
    await page.press(null, "Escape");
    await untilTranslated(page, (await expectedRun("The cat purrs.")).text);
    const { metadata } = (await shippedModel()).info;
    const names = ["translate", "classify", "answer", "complete"];
    const has = names.filter((name) => typeof metadata[`onehead.task.${name}.prompt`] === "string");
    const shown = (await tabs(page)).map(([name]) => name);
    assert.deepEqual(shown, has.length > 1 ? has : []);
    assert.equal(await page.run(() => document.querySelector("[data-tasks]").hidden), has.length < 2);
    for (const name of shown.slice(1)) {
      await page.click(`#tab-${name}`);
      await untilAnswered(page, name);
    }
    assert.deepEqual(await page.problems(), []);
  });

  test("sentiment: probabilities as the package gives them, and what the answer read", async (tools) => {
    const { page, server } = await visit(tools, "#task=classify&text=It%20was%20bad.");
    const shown = await untilAnswered(page, "classify");
    const model = await load(taskModel(), { runtime: { worker: false } });
    const { classes, promptIds } = await classify(model, "It was bad.");
    model.dispose();
    assert.deepEqual(
      shown.classes,
      classes.map(({ label, probability }) => [label, short(probability)]),
    );
    assert.match(shown.result, /^negative/);
    // This model's heads read everything alike.
    const each = 1 / promptIds.length;
    assert.deepEqual([shown.asks, shown.chosen, shown.query], ["Answer:", "negative", promptIds.length - 1]);
    assert.equal(shown.folded, 0);
    assert.ok(shown.weights.length > 10 && shown.weights.every((weight) => weight === short(each)));
    assert.deepEqual(
      shown.read.map(([word, share]) => [word, share]),
      [
        ["It", 3],
        ["was", 4],
        ["bad", 4],
        [".", 1],
      ].map(([word, tokens]) => [word, short(2 * tokens * each)]),
    );
    assert.ok(shown.candidates.includes("negative"));
    assert.deepEqual(
      server.requests.filter(({ status }) => status !== 200),
      [],
    );
    assert.deepEqual(await page.problems(), []);
  });

  test("tabs by keyboard and address, back and forth, with the translator as it was", async (tools) => {
    const { page } = await visit(tools, "");
    assert.deepEqual(await tabs(page), [
      ["translate", "true", 0],
      ["classify", "false", -1],
      ["answer", "false", -1],
      ["complete", "false", -1],
    ]);
    await until(page, "the translation", () => /cat/.test(document.querySelector("[data-output]").textContent));
    await page.run(() => document.getElementById("tab-translate").focus());
    await page.press(null, "ArrowRight");
    await untilAnswered(page, "classify");
    assert.match(await address(page), /^#task=classify&text=What%20a%20lovely/);
    await page.press(null, "End");
    const story = await untilAnswered(page, "complete");
    assert.match(story.result, /little cat\. cat$/);
    assert.deepEqual((await tabs(page))[3], ["complete", "true", 0]);
    assert.equal(await page.run(() => document.activeElement.id), "tab-complete");
    await page.press(null, "ArrowRight");
    await until(page, "the translator", () => !document.querySelector('[data-panel="translate"]').hidden);
    assert.equal(await page.run(() => document.querySelectorAll("[role=tabpanel]:not([hidden])").length), 1);
    await page.run(() => history.back());
    await until(page, "the story again", () => !document.querySelector('[data-panel="complete"]').hidden);
    await page.run(() => {
      location.hash = "task=answer&passage=A%20dog%20met%20a%20cat.&question=Who%3F";
    });
    assert.deepEqual((await untilAnswered(page, "answer")).marked, ["cat"]);
    assert.deepEqual(await page.problems(), []);
  });

  test("questions: live as one types, where the words stand, and when they do not", async (tools) => {
    const { page } = await visit(tools, "#task=answer&passage=A%20dog%20met%20a%20Cat.&question=Who%3F");
    const first = await untilAnswered(page, "answer");
    assert.match(first.result, /^cat/);
    assert.deepEqual(first.marked, ["Cat"]);
    assert.deepEqual(
      first.read.map(([word]) => word),
      ["A", "dog", "met", "a", "Cat", ".", "Who", "?"],
    );
    await page.type("#answer-passage", "A dog barks.");
    await until(page, "another answer", () => /model's own/.test(document.querySelector("[data-result]").innerText));
    await page.type("#answer-question", " ");
    await until(page, "a remark", () =>
      /Nothing to read/.test(document.querySelector("onehead-task .remark").innerText),
    );
    await page.type("#answer-question", `Who ${"barks ".repeat(40)}?`);
    await until(page, "a sentence about the length", () =>
      /longer than the model reads/.test(document.querySelector("[data-problem]")?.innerText ?? ""),
    );
    await page.type("#answer-question", "Who?");
    await until(page, "the answer again", () => document.querySelector("[data-answer]")?.innerText === "cat");
    assert.deepEqual(await page.problems(), []);
  });

  test("questions without an answer say so", async (tools) => {
    const { page } = await visit(tools, "#task=answer&passage=A%20cat.&question=When%3F", { silent: true });
    const { result, asks, chosen, candidates } = await untilAnswered(page, "answer");
    assert.match(result, /^no answer/);
    assert.deepEqual([asks, chosen, candidates[0]], ["Answer:", "no answer", "no answer"]);
  });

  test("stories: stop keeps what is there, another one has another seed", async (tools) => {
    const { page } = await visit(tools, "#task=complete&text=A%20cat.");
    assert.match((await untilAnswered(page, "complete")).result, /^A cat\. cat$/);
    // Without end, until the context is full, if nobody stops it.
    await page.run(() => {
      const view = document.querySelector("onehead-task");
      const look = () => {
        if (!/^Who\?./.test(view.querySelector("[data-story]")?.textContent ?? "")) return;
        view.querySelector('[data-task-action="stop"]').click();
      };
      new MutationObserver(look).observe(view, { subtree: true, childList: true, characterData: true });
    });
    await page.type("#complete-text", "Who?");
    await page.press("#complete-text", "Enter");
    await until(page, "the end", () => /Stopped\./.test(document.querySelector("[data-remark]")?.innerText ?? ""));
    assert.match(await page.run(() => document.querySelector("[data-story]").innerText), /^Who\?[!?]{1,60}$/);
    assert.equal(await address(page), "#task=complete&text=Who%3F");
    await page.click('[data-task-action="start"]');
    await until(page, "another seed in the address", () => /seed=2/.test(location.hash));
    assert.deepEqual(await page.problems(), []);
  });

  test("a story that fills the context says so, and is drawn", async (tools) => {
    const { page } = await visit(tools, "#task=complete&text=Who%3F");
    const { result, weights } = await untilAnswered(page, "complete");
    assert.match(result, /^Who\?[!?]{90,}$/);
    assert.match(await page.run(() => document.querySelector("[data-remark]").innerText), /context is full/);
    assert.ok(weights.length > 10);
    assert.equal(await page.run(() => document.querySelector("[data-problem]")), null);
    assert.deepEqual(await page.problems(), []);
  });
});

/** MiniBrowser's window cannot be as narrow as a phone. */
const narrowest = { chromium: 360, firefox: 360, webkit: 480 };

forEachEngine("tasks' layout", (test) => {
  test("a phone's width needs no sideways scrolling", async (tools) => {
    const { page } = await visit(tools, "#task=classify", {
      page: { width: narrowest[tools.browser.name], height: 740 },
    });
    for (const task of ["classify", "answer", "complete"]) {
      await page.click(`#tab-${task}`);
      await untilAnswered(page, task);
      const [scroll, client] = await page.run(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth];
      });
      assert.ok(scroll <= client, `${task}: ${scroll} wide on ${client}`);
    }
  });
});

forEachEngine(
  "tasks' accessibility",
  (test) => {
    const all = ["classify", "answer", "complete"];
    for (const [colorScheme, tasks] of Object.entries({ light: all, dark: ["answer"] }))
      test(`axe finds nothing in ${tasks.join(", ")}, ${colorScheme}`, async (tools) => {
        const { page } = await visit(tools, "#task=classify", { page: { colorScheme } });
        const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
        for (const task of tasks) {
          await page.click(`#tab-${task}`);
          await untilAnswered(page, task);
          const violations = await page.run(`async () => {
            ${axe};
            const { violations } = await axe.run(document, { resultTypes: ["violations"] });
            return violations.map(({ id, nodes }) => ({ id, where: nodes.map((n) => n.target.join(" ")).slice(0, 5) }));
          }`);
          assert.deepEqual(violations, [], task);
        }
      });
  },
  ["chromium"],
);
