// Three real engines behind one small interface, so that a test is written once.
//
//   browser = await launch("chromium" | "firefox" | "webkit")     .name .version .newPage(options) .close()
//             .probe: a script that the server must put into each page, where the driver cannot hear the console
//   page    = await browser.newPage({ width, height, colorScheme, javaScript })
//   page.goto(url)  page.run(fn, ...args)  page.click(css)  page.type(css, text)  page.press(css, key)
//   page.hover(css)  page.screenshot(file)  page.problems()  page.close()
//
// `run` calls an async function in the page; arguments and result travel as JSON. `problems` lists what the console
// was told as an error, uncaught errors and Content-Security-Policy violations. An engine that cannot do what
// newPage asks (a colour scheme, scripts off) refuses; it never ignores it.
import { launchChromium } from "./chromium.mjs";
import { launchFirefox } from "./firefox.mjs";
import { launchWebKit } from "./webkit.mjs";

export { MissingBrowser } from "./find.mjs";

const launchers = { chromium: launchChromium, firefox: launchFirefox, webkit: launchWebKit };

export const engines = Object.keys(launchers);

export function launch(name) {
  if (!launchers[name]) throw new Error(`No such engine: ${name} (known: ${engines.join(", ")})`);
  return launchers[name]();
}
