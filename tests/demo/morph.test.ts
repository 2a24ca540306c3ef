import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { ledgerModel } from "../../web/demo/models/ledger";
import { ledger } from "../../web/demo/views/ledger";
import { morph } from "../../web/demo/views/morph";
import { emptyDocument } from "./dom";
import { syntheticRun } from "./synthetic";

function element(html: string): Element {
  return parseHTML(`<!doctype html><html><body>${html}</body></html>`).document.body.firstElementChild as Element;
}

describe("morph", () => {
  test.each([
    ["<p>a</p>", "<p>b</p>"],
    ['<p class="x" data-a="1">a<b>c</b></p>', '<p data-b="2"><b>c</b>tail</p>'],
    ["<ul><li>1</li></ul>", "<ul><li>1</li><li>2</li><li>3</li></ul>"],
    ["<ul><li>1</li><li>2</li></ul>", "<ul></ul>"],
    ["<p><b>x</b></p>", "<p><i>x</i></p>"],
    ["<p>a</p>", "<div>a</div>"],
  ])("%s becomes %s", (from, to) => {
    expect(morph(element(from), element(to)).outerHTML).toBe(element(to).outerHTML);
  });

  test("keeps the elements that stay", () => {
    const list = element("<ul><li>1</li><li>2</li></ul>");
    const [first] = list.children;
    morph(list, element('<ul><li class="on">1</li><li>2</li><li>3</li></ul>'));
    expect(list.children[0]).toBe(first);
    expect(list.children).toHaveLength(3);
  });

  test("what is marked as the same is left alone, its attributes aside", () => {
    const old = element('<p><b data-same="1" class="a">long</b></p>');
    const bold = old.firstElementChild;
    morph(old, element('<p><b data-same="1" class="b"></b></p>'));
    expect(old.firstElementChild).toBe(bold);
    expect(old.innerHTML).toBe(element('<p><b data-same="1" class="b">long</b></p>').innerHTML);
    morph(old, element('<p><b data-same="2">new</b></p>'));
    expect(old.textContent).toBe("new");
  });

  test("a slab that is drawn is not drawn again, and any other is", () => {
    const document = emptyDocument();
    const run = syntheticRun();
    const keys = new Set<string | null>();
    const table = (layer: number, target: number) =>
      ledger(ledgerModel(run, layer, target), {
        document,
        separated: false,
        caption: "",
        kept: (key) => keys.has(key),
      });
    const live = table(1, 9);
    document.body.append(live);
    for (const cell of Array.from(live.querySelectorAll("td.slab"))) keys.add(cell.getAttribute("data-same"));
    expect(table(1, 12).querySelectorAll(".barcode")).toHaveLength(0);
    morph(live, table(1, 12));
    const whole = (layer: number, target: number) =>
      ledger(ledgerModel(run, layer, target), { document, separated: false, caption: "" }).outerHTML;
    expect(live.outerHTML).toBe(whole(1, 12));
    morph(live, table(2, 12));
    expect(live.outerHTML).toBe(whole(2, 12));
  });

  test("a chosen word touches no cell of the slab", () => {
    const document = emptyDocument();
    const run = syntheticRun();
    const table = (target: number) =>
      ledger(ledgerModel(run, 1, target), { document, separated: false, caption: String(target) });
    const live = table(9);
    document.body.append(live);
    const slab = Array.from(live.querySelectorAll("td.slab"));
    const markup = slab.map((cell) => cell.outerHTML);
    morph(live, table(12));
    expect(Array.from(live.querySelectorAll("td.slab"))).toEqual(slab);
    expect(slab.map((cell) => cell.outerHTML)).toEqual(markup);
    expect(live.outerHTML).toBe(table(12).outerHTML);
  });
});
