// Firefox through puppeteer-core and WebDriver BiDi: no geckodriver.
import puppeteer from "puppeteer-core";
import { hearProblems } from "./console.mjs";
import { find } from "./find.mjs";

const remedy = "sudo apt-get install firefox-esr   (or set FIREFOX to an installed Firefox's path)";

export async function launchFirefox() {
  const executablePath =
    process.env.FIREFOX ||
    find("Firefox", remedy, {
      names: ["firefox-esr", "firefox"],
      files: ["/Applications/Firefox.app/Contents/MacOS/firefox"],
    });
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    extraPrefsFirefox: { "intl.accept_languages": "en-US" },
  });
  return {
    name: "firefox",
    version: (await browser.version()).replace(/^firefox\//i, ""),
    async newPage({ width = 1280, height = 900, colorScheme, javaScript = true } = {}) {
      if (colorScheme || !javaScript) throw new Error("the Firefox driver has neither colorScheme nor javaScript");
      const page = await browser.newPage();
      await page.setViewport({ width, height });
      return wrap(page);
    },
    close: () => browser.close(),
  };
}

function wrap(page) {
  const problems = hearProblems(page);
  page.setDefaultTimeout(60_000);
  return {
    goto: (url) => page.goto(url, { waitUntil: "load" }),
    run: (body, ...args) => page.evaluate(`(${body})(...${JSON.stringify(args)})`),
    click: (css) => page.click(css),
    hover: (css) => page.hover(css),
    async type(css, text) {
      await page.click(css);
      await chord(page, "Control+a");
      await page.keyboard.type(text);
    },
    async press(css, key) {
      if (css) await page.focus(css);
      await chord(page, key);
    },
    screenshot: (file) => page.screenshot({ path: file }),
    problems,
    close: () => page.close(),
  };
}

/** "Shift+Tab": holds the first key while the second is pressed. A single name is a plain press. */
async function chord(page, keys) {
  const [modifier, plain] = /.\+./.test(keys) ? keys.split("+") : [null, keys];
  if (modifier) await page.keyboard.down(modifier);
  await page.keyboard.press(plain);
  if (modifier) await page.keyboard.up(modifier);
}
