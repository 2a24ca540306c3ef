// `node tools/picture.mjs`: docs/page.png, the README's picture, taken of the built page (`npm run build` first).
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../tests/browser/drivers/index.mjs";
import { serve } from "../tests/browser/server.mjs";
import { done, main, step } from "./lib/log.mjs";
import { repo } from "./lib/paths.mjs";

main(async () => {
  const file = join(repo, "docs/page.png");
  mkdirSync(join(repo, "docs"), { recursive: true });
  const server = await serve(join(repo, "build/page"));
  const browser = await launch("chromium");
  step("taking the picture");
  try {
    const page = await browser.newPage({ width: 1280, height: 820 });
    await page.goto(server.url);
    await page.press(null, "Escape"); // the tour stays where it is
    await page.run(async () => {
      const live = () => document.querySelector("[data-origin]")?.textContent === "computed in your tab";
      while (!live()) await new Promise((resolve) => setTimeout(resolve, 50));
      await document.fonts.ready;
      await new Promise((resolve) => setTimeout(resolve, 800)); // dots grow to their size
    });
    await page.screenshot(file);
  } finally {
    await browser.close();
    await server.close();
  }
  done(`docs/page.png, ${Math.ceil(statSync(file).size / 1024)} KB`);
});
