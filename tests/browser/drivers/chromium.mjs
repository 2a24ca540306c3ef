// Chromium (or Chrome, or Edge) through playwright-core: the DevTools protocol.
import { chromium } from "playwright-core";
import { hearProblems } from "./console.mjs";
import { find } from "./find.mjs";

const remedy = "sudo apt-get install chromium   (or set CHROMIUM to an installed Chrome's path)";

export async function launchChromium({ args = [] } = {}) {
  const executablePath =
    process.env.CHROMIUM ||
    find("Chromium", remedy, {
      names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
      files: ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"],
    });
  const browser = await chromium.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), ...args],
  });
  return {
    name: "chromium",
    version: browser.version(),
    async newPage({ width = 1280, height = 900, colorScheme = "light", javaScript = true } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme,
        javaScriptEnabled: javaScript,
      });
      const page = await context.newPage();
      return wrap(page, () => context.close());
    },
    close: () => browser.close(),
  };
}

function wrap(page, close) {
  const problems = hearProblems(page);
  page.setDefaultTimeout(60_000);
  return {
    goto: (url) => page.goto(url, { waitUntil: "load" }),
    // A string is not subject to the page's own policy: it comes through the protocol, as a person's console does.
    run: (body, ...args) => page.evaluate(`(${body})(...${JSON.stringify(args)})`),
    click: (css) => page.click(css),
    hover: (css) => page.hover(css),
    async type(css, text) {
      await page.click(css);
      await page.press(css, "ControlOrMeta+a");
      await page.keyboard.type(text);
    },
    press: (css, key) => (css ? page.press(css, key) : page.keyboard.press(key)),
    screenshot: (file) => page.screenshot({ path: file }),
    problems,
    close,
  };
}
