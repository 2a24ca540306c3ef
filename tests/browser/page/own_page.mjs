// Working the page's other side: bringing a model, and reading what is drawn of it.
import { until } from "./read_page.mjs";

/** Chooses a file that the page's server has, as if it came from the device. */
export async function chooseFile(page, name) {
  await page.run(async (name) => {
    const bytes = await (await fetch(`models/${name}`)).arrayBuffer();
    const files = new DataTransfer();
    files.items.add(new File([bytes], name));
    const input = document.querySelector('[data-own="file"]');
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, name);
}

/** Types an address and asks for it. */
export async function chooseAddress(page, address) {
  await page.type("#own-address", address);
  await page.click('[data-own="address"]');
}

export const untilPhase = (page, phase) =>
  until(page, `the phase ${phase}`, (phase) => document.querySelector("onehead-own")?.dataset.phase === phase, phase);

/** Loads what was weighed, and waits for it, or for another end. */
export async function loadChosen(page, end = "ready") {
  await until(page, "the weighing", () => document.querySelector('[data-own="load"]:not([disabled])') !== null);
  await page.run(() => document.querySelector('[data-own="load"]').click());
  await untilPhase(page, end);
}

/** Waits until the model has stopped writing and the pictures rest. */
export const untilRests = (page) =>
  until(
    page,
    "the model to rest",
    () =>
      document.querySelector('[data-own="stop"]') === null &&
      document.querySelector(".workplace.drawn:not(.writing):not([aria-busy]) .maps .map") !== null,
  );

export const problem = (page) =>
  until(page, "a sentence about what went wrong", () => document.querySelector("[data-problem]").textContent.trim());

/** The log's text, turn by turn; a continuation is one. */
export const readLog = (page) =>
  page.run(() =>
    [...document.querySelectorAll("[data-log] .text")].map((text) =>
      [...text.querySelectorAll("span:not(.rest)")].map((span) => span.textContent).join(""),
    ),
  );

/** What is drawn of the text. */
export const readOwn = (page) =>
  page.run(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const root = document.querySelector(".workplace");
    const ledger = root.querySelector("[data-ledger]");
    const all = (css, within) => [...within.querySelectorAll(css)];
    return {
      headline: root.querySelector("h1").textContent,
      layer: Number(ledger.dataset.layer),
      query: Number(ledger.dataset.query),
      slabs: all("thead th.slab", ledger).length,
      rows: all("tbody tr", ledger).map((row) => ({
        role: row.dataset.role,
        folded: Number(row.dataset.folded ?? 0),
        masked: row.classList.contains("masked"),
        beyond: row.classList.contains("beyond"),
        label: row.querySelector(".piece").textContent,
        weights: all("td[data-weight]", row).map((cell) => [Number(cell.dataset.head), Number(cell.dataset.weight)]),
      })),
      words: all(".strip [data-place]", root).map((word) => ({
        text: word.textContent,
        place: Number(word.dataset.place),
        shown: word.classList.contains("shown"),
        pinned: word.getAttribute("aria-pressed") === "true",
      })),
      candidates: all("[data-candidate]", root).map((bar) => [bar.dataset.candidate, Number(bar.dataset.probability)]),
      hatched: all(".map path.beyond", root).length,
      kinds: all(".kind", root).map((kind) => [
        kind.dataset.kind,
        Number(kind.dataset.bytes),
        kind.classList.contains("own"),
      ]),
      maps: all(".map", root).length,
      speed: root.querySelector("[data-speed]")?.textContent ?? null,
    };
  });
