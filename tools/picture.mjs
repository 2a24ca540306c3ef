// `node tools/picture.mjs`: the README's pictures, taken of the built page (`npm run build` first): docs/page.png, and
// docs/model.png, if `npm run fetch:models` has fetched the model that it shows.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../tests/browser/drivers/index.mjs";
import { serve } from "../tests/browser/server.mjs";
import { done, main, note, step } from "./lib/log.mjs";
import { cache, repo } from "./lib/paths.mjs";

const models = join(cache, "models");
const chatModel = "SmolLM2-135M-Instruct.Q4_1.gguf";

/** The translator, as it stands once it is live. */
async function translator(page, url) {
  await page.goto(url);
  await page.press(null, "Escape"); // the tour stays where it is
  await page.run(async () => {
    const live = () => document.querySelector("[data-origin]")?.textContent === "computed in your tab";
    while (!live()) await new Promise((resolve) => setTimeout(resolve, 50));
  });
}

/** A chat with a public model, and what its heads read. */
async function ownModel(page, url) {
  await page.goto(`${url}#own`);
  await page.type("#own-address", `models/${chatModel}`);
  await page.click('[data-own="address"]');
  await page.click('[data-own="load"]');
  await page.type("#own-say", "What is the capital of Italy?");
  await page.press("#own-say", "Enter");
  await page.run(async () => {
    const rests = () => document.querySelector(".workplace.drawn:not(.writing):not([aria-busy]) .maps .map") !== null;
    while (!rests()) await new Promise((resolve) => setTimeout(resolve, 100));
    document.activeElement?.blur();
    scrollTo({ top: 0, behavior: "instant" });
  });
}

main(async () => {
  mkdirSync(join(repo, "docs"), { recursive: true });
  const browser = await launch("chromium");
  const shoot = async (name, size, prepare) => {
    const server = await serve({ "": join(repo, "build/page"), "models/": models });
    const file = join(repo, "docs", name);
    step(`taking docs/${name}`);
    try {
      const page = await browser.newPage(size);
      await prepare(page, server.url);
      await page.run(async () => {
        await document.fonts.ready;
        await new Promise((resolve) => setTimeout(resolve, 800)); // dots grow to their size
      });
      await page.screenshot(file);
      await page.close();
    } finally {
      await server.close();
    }
    done(`docs/${name}, ${Math.ceil(statSync(file).size / 1024)} KB`);
  };
  try {
    await shoot("page.png", { width: 1280, height: 820 }, translator);
    if (existsSync(join(models, chatModel))) await shoot("model.png", { width: 1280, height: 1180 }, ownModel);
    else note(`docs/model.png stays as it is: ${chatModel} is not in ${models} (npm run fetch:models).`);
  } finally {
    await browser.close();
  }
});
