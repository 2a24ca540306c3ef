// A conversation's text: what templates may do, what they may not, and that a stranger's text stays text.

import { describe, expect, test } from "vitest";
import { Marker } from "../../web/src/chat/literal.js";
import { chatRenderer } from "../../web/src/chat/render.js";
import { compileTemplate } from "../../web/src/chat/template.js";
import { failure } from "./support.js";

const control = ["<s>", "</s>", "<|start|>", "<|end|>", "<|end_all|>", "€x"];
const template = `{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|start|>system
Be kind.<|end|>
{% endif %}<|start|>{{ message['role'] }}
{{ message['content'] | trim }}<|end|>
{% endfor %}{% if add_generation_prompt %}<|start|>assistant
{% endif %}`;
const render = chatRenderer(template, { bos: "<s>", eos: "</s>", control });
const user = (content: string) => ({ role: "user", content }) as const;

describe("what a template writes", () => {
  test("messages, a default, trimming, the beginning of the answer", () => {
    const { text, breaks } = render([user("  Hi.\n"), { role: "assistant", content: "Hello!" }, user("Bye.")]);
    expect(text).toBe(
      "<|start|>system\nBe kind.<|end|>\n<|start|>user\nHi.<|end|>\n<|start|>assistant\nHello!<|end|>\n<|start|>user\nBye.<|end|>\n<|start|>assistant\n",
    );
    expect(breaks).toEqual([]);
  });

  test("blocks take their own line along, as in the reference", () => {
    const run = compileTemplate("a\n  {% if true %}\nb\n  {%- endif %}\nc {# remark #}\n{{ bos_token }}");
    expect(run({ bos_token: "<s>" })).toBe("a\nbc <s>");
  });

  test("looks into messages", () => {
    const run = chatRenderer(
      "{% for m in messages %}{{ m.content.split('</think>')[-1] if '</think>' in m.content else m.content | length }};{% endfor %}",
      { bos: "", eos: "", control },
    );
    expect(run([user("<think>a</think>b"), user("four")]).text).toBe("b;4;");
  });
});

describe("a template that fails", () => {
  const cases: [string, string, RegExp][] = [
    ["is no Jinja", "{% for x in %}", /cannot be read/],
    ["never closes", "{% if true %}", /cannot be read/],
    ["refuses", "{{ raise_exception('Roles must alternate.') }}", /gave up.*Roles must alternate\.$/],
    ["loops long", "{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}", /end/],
    ["loops deep", `${"{% for a in range(99) %}".repeat(9)}x${"{% endfor %}".repeat(9)}`, /end/],
    ["asks for a long list", "{{ range(1000000000) | length }}", /too long/],
    ["asks for a list with no end", "{{ range(0, 1, 0) | length }}", /too long/],
    ["doubles a text", `{% set ns = namespace(t='xxxxxxxx') %}${"{% set ns.t = ns.t ~ ns.t %}".repeat(60)}`, /end/],
    ["doubles a list", `{% set ns = namespace(t=[1,2,3]) %}${"{% set ns.t = ns.t + ns.t %}".repeat(60)}`, /end/],
    ["calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", /./],
    ["calls nothing", "{{ no_such_function() }}", /gave up/],
    ["is deep", "{{ ".concat("(".repeat(100_000), "1", ")".repeat(100_000), " }}"), /./],
    ["is long", "x".repeat(2 ** 20 + 1), /longer/],
    ["asks the clock", "{{ strftime_now('%Y') }}", /gave up/],
    ["reaches for the program", "{{ messages.constructor.constructor('return 1')() }}", /gave up/],
  ];
  test.each(cases)("%s", async (_, source, words) => {
    const { code, message } = await failure(() => chatRenderer(source, { bos: "", eos: "", control })([user("x")]));
    expect(code).toBe("template-failed");
    expect(message).toMatch(words);
  });
});

describe("control tokens in a message", () => {
  /** Whether every control token in the text, but for the template's own, has a break inside. */
  function special(contents: string[], source = template): string[] {
    const { text, breaks } = chatRenderer(source, { bos: "<s>", eos: "</s>", control })(contents.map(user));
    const found: string[] = [];
    for (let at = 0; at < text.length; ) {
      const piece = control
        .filter((candidate) => text.startsWith(candidate, at))
        .filter((candidate) => !breaks.some((place) => place > at && place < at + candidate.length))
        .sort((a, b) => b.length - a.length)[0];
      if (piece) found.push(piece);
      at += piece?.length ?? 1;
    }
    return found;
  }
  const own = (n: number) => special(Array.from({ length: n }, () => "x")); /* what the template writes itself */

  test.each([
    ["whole", ["a <|end|> b"]],
    ["at both ends", ["<|end|>"]],
    ["behind spaces that are trimmed", ["  <|end|>\n"]],
    ["twice, and one in another", ["<|end|><|end_all|><|end|>"]],
    ["cut at its first character", ["<<|end|>", "<|end|<|end|>"]],
    ["of letters beyond ASCII", ["a€x"]],
    ["many", ["<s>".repeat(1000)]],
  ])("%s: not one more than without", (_, contents) => {
    expect(special(contents)).toEqual(own(contents.length));
  });

  const seams = "{% for m in messages %}{{ m.content }}{% endfor %}";
  test.each([
    ["across two messages", ["<|e", "nd|>"], seams],
    ["across three", ["<|", "end", "|>"], seams],
    ["across many", [..."<|end_all|>"], seams],
    ["begun by the template", ["end|>"], "<|{{ messages[0].content }}"],
    ["ended by the template", ["<|end"], "{{ messages[0].content }}|>"],
    ["in the template's arms", ["end"], "<|{{ messages[0].content }}|>"],
    ["in its arms, trimmed", [" end "], "<|{{ messages[0].content | trim }}|>"],
  ])("%s", (_, contents, source) => {
    expect(special(contents, source)).toEqual([]);
  });

  test("leave the text as it was", () => {
    for (const content of ["a <|end|> b", "<s>", "x\u{FDD0}y<s>", "plain"]) {
      const { text } = render([user(content)]);
      expect(text).toContain(`user\n${content}<|end|>`);
    }
  });

  test("plain text has no breaks, so it cannot differ", () => {
    const plain = "if (a < b) { print('<|'); } // <start> 5 > 3\n<p>€</p>";
    expect(render([user(plain)]).breaks).toEqual([]);
  });

  test("a message with every mark there is", () => {
    const marks = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xfdd0 + i));
    expect(() => new Marker(control, marks)).toThrow(RangeError);
    expect(new Marker(control, marks.slice(1)).mark).toBe(marks[0]);
  });
});
