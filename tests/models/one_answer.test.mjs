// One answer on the public models: every instruction set natively, with one thread and two; both wasm builds in Node;
// the three browsers. All give the bits of the table, which the scalar reference made.
import assert from "node:assert/strict";
import { test } from "node:test";
import { modelFolder } from "../../tools/lib/models.mjs";
import { newerNode } from "../../tools/lib/node-packages.mjs";
import { capture } from "../../tools/lib/run.mjs";
import { forEachEngine } from "../browser/each_engine.mjs";
import { describe } from "../one_answer/tables.mjs";
import { nativeProgram, repo, runnableIsas } from "./support.mjs";

const table = "tests/goldens/public_models.json";

for (const isa of runnableIsas())
  test(`native, ${isa}`, (context) => {
    const words = ["--gtest_filter=*PublicModels*", "--gtest_brief=1"];
    const env = { ...process.env, ONEHEAD_PUBLIC_MODELS: modelFolder };
    const output = capture(nativeProgram("onehead_tests", isa), words, { env, maxBuffer: 1 << 26 });
    assert.ok(output, "the table's bits did not come (the words of the tests are above)");
    const [, count] = output.match(/\[ {2}PASSED {2}\] (\d+) test/) ?? [];
    assert.ok(Number(count) > 0, output);
    context.diagnostic(`${count} cases`);
  });

const runs = [
  { variant: "simd128", flags: [] },
  { variant: "relaxed", flags: [] },
  { variant: "relaxed", flags: ["--no-enable-avx-vnni", "--no-enable-avx-vnni-int8"] },
  { variant: "simd128-threads", threads: 2, flags: [] },
  { variant: "relaxed-threads", threads: 2, flags: [] },
];
for (const { variant, threads = 1, flags } of runs)
  test(`Node, ${variant}, ${threads} threads ${flags.join(" ")}`, async (context) => {
    const node = threads > 1 || variant === "relaxed" ? await newerNode() : process.execPath;
    if (!node) return context.skip("no Node of 24 or newer for this platform");
    const words = [...flags, `${repo}/tests/node/one_answer_child.mjs`, variant, String(threads), `${repo}/${table}`];
    const output = capture(node, words, { env: { ...process.env, ONEHEAD_PUBLIC_MODELS: modelFolder } });
    assert.ok(output, "the program failed");
    const { differences, cases, logitsRows, intDot } = JSON.parse(output);
    assert.equal(differences.length, 0, describe(differences));
    assert.ok(cases > 0);
    context.diagnostic(`${cases} cases, ${logitsRows} rows of logits, integer dot: ${intDot}`);
  });

forEachEngine("one answer on public models", (browserTest) => {
  browserTest("the build that the package chooses", async ({ browser, open }) => {
    const { page, server } = await open({ "": repo, "public-models/": modelFolder });
    await page.goto(`${server.url}tests/browser/pages/one_answer.html`);
    const relaxed = await page.run(() => window.oneAnswer.runs("relaxed"));
    const variant = relaxed ? "relaxed" : "simd128";
    const result = await page.run((name, path) => window.oneAnswer.check(name, path), variant, table);
    assert.equal(result.differences.length, 0, describe(result.differences));
    assert.ok(result.cases > 0);
    console.log(`${browser.name} ${browser.version} ${variant}: ${result.cases} cases, integer dot: ${result.intDot}`);
  });
});
