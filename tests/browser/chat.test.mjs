// session.chat in a page of each engine, under a policy that forbids eval: the same answers, by the template
// interpreter in a file of its own, which pages that do not chat never fetch.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { load } from "../../dist/index.js";
import { withTemplate } from "../web/with_template.js";
import { forEachEngine } from "./each_engine.mjs";
import { strictPolicy } from "./policy.mjs";

const repo = fileURLToPath(new URL("../..", import.meta.url));
const html = readFileSync(new URL("pages/chat.html", import.meta.url), "utf8");
const map = html.match(/<script type="importmap">(.*?)<\/script>/s)[1];
// Import maps cannot be files of their own; a policy names them by their hash.
const csp = `${strictPolicy} 'sha256-${createHash("sha256").update(map).digest("base64")}'`;
const template = `{{ bos_token }}{% for m in messages %}{% if m.role == 'assistant' %}{{ m.content }}{{ eos_token }}{% else %}{{ m.role }}: {{ m.content | trim }}
she said: {% endif %}{% endfor %}`;
const messages = [{ role: "user", content: " Who is there? " }];

async function expected() {
  const file = new Uint8Array(readFileSync(new URL("../data/stories260K.gguf", import.meta.url)));
  const model = await load(withTemplate(file, template));
  const ids = await model.encode("<s>user: Who is there?\nshe said: ", { special: true, bos: false });
  const { text } = await model.generate(ids, { maxTokens: 20 }).result();
  model.dispose();
  return { text, promptTokens: ids.length };
}

forEachEngine("chat", (test) => {
  test("two turns, the second reading only what is new", async ({ open }) => {
    const { page, server } = await open(repo, { csp });
    await page.goto(`${server.url}tests/browser/pages/chat.html`);
    // WebKit's driver does not wait for modules.
    await page.run(async () => {
      while (!window.talk) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    const jinja = () => server.requests.filter(({ path }) => path.includes("jinja")).length;
    assert.equal(jinja(), 0);
    const [first, second] = await page.run((...args) => window.talk(...args), template, messages);
    const { text, promptTokens } = await expected();
    assert.deepEqual([first.text, first.usage.promptTokens], [text, promptTokens]);
    // The end of the answer, where the beginning of the text was, and the same words.
    assert.equal(second.usage.promptTokens, promptTokens);
    assert.equal(jinja(), 1);
    assert.deepEqual(await page.problems(), []);
  });
});
