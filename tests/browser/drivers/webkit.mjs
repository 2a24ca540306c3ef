// WebKitGTK's MiniBrowser through WebKitWebDriver: plain WebDriver, on a virtual display. The stand-in for Safari.
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { find, findMiniBrowser } from "./find.mjs";
import { keyCodes, WebDriver } from "./webdriver.mjs";

const remedy = "sudo apt-get install webkit2gtk-driver xvfb xauth";

export async function launchWebKit() {
  const driverPath = find("WebKitGTK's driver", remedy, { names: ["WebKitWebDriver"] });
  const browserPath = findMiniBrowser(remedy);
  const display = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const xvfb = display ? null : find("xvfb-run", remedy, { names: ["xvfb-run"] });

  const port = await freePort();
  const words = [driverPath, `--port=${port}`, "--host=127.0.0.1"];
  if (xvfb) words.unshift(xvfb, "-a", "-s", "-screen 0 1600x1400x24");
  const output = [];
  // Its own process group, so that the display, the driver and the browser end together.
  const child = spawn(words[0], words.slice(1), {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", LIBGL_ALWAYS_SOFTWARE: "1" },
  });
  child.stdout.on("data", (chunk) => output.push(chunk.toString()));
  child.stderr.on("data", (chunk) => output.push(chunk.toString()));
  const end = () => {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {}
  };
  process.once("exit", end);

  await answering(`http://127.0.0.1:${port}/status`, output);
  const openSession = async () => {
    const driver = new WebDriver(`http://127.0.0.1:${port}`);
    const got = await driver.newSession({
      "webkitgtk:browserOptions": {
        binary: browserPath,
        args: ["--automation"],
      },
    });
    await driver.post("/timeouts", { script: 300_000, pageLoad: 60_000 });
    return { driver, version: got.browserVersion };
  };

  // WebKitWebDriver has one session at a time, so there is one page at a time, which closing empties.
  const { driver, version } = await openSession();
  let taken = false;
  return {
    name: "webkit",
    probe: fileURLToPath(new URL("problem_probe.js", import.meta.url)),
    version,
    async newPage({ width = 1280, height = 900, colorScheme, javaScript = true } = {}) {
      if (colorScheme || !javaScript) throw new Error("the WebKit driver has neither colorScheme nor javaScript");
      if (taken) throw new Error("the WebKit driver has one page at a time");
      await resize(driver, width, height);
      taken = true;
      const release = async () => {
        await driver.post("/url", { url: "about:blank" });
        taken = false;
      };
      return wrap(driver, release);
    },
    async close() {
      await driver.delete().catch(() => {});
      end();
      process.removeListener("exit", end);
    },
  };
}

/** Makes the viewport, not the window, the size asked for. MiniBrowser's tool bar allows no less than about 450. */
async function resize(driver, width, height) {
  let outer = { width, height };
  for (let round = 0; round < 6; round++) {
    await driver.post("/window/rect", outer);
    let inner;
    // The window takes its size some time after it was told to.
    for (let look = 0; look < 10; look++) {
      inner = await driver.post("/execute/sync", { script: "return [innerWidth, innerHeight]", args: [] });
      if (inner[0] === width && inner[1] === height) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    outer = { width: outer.width + width - inner[0], height: outer.height + height - inner[1] };
  }
  throw new Error(`MiniBrowser does not take a viewport of ${width} x ${height}`);
}

/** In a new window the driver may take the end of the empty page's loading for that of the one asked for. */
async function arrived(driver, url) {
  const script = "return [location.href, document.readyState]";
  for (let look = 0; look < 600; look++) {
    const [href, state] = await driver.post("/execute/sync", { script, args: [] });
    if (state === "complete" && (href === "about:blank") === (url === "about:blank")) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} was not loaded within a minute`);
}

function wrap(driver, close) {
  const runScript = async (source, args) => {
    const answer = await driver.post("/execute/async", {
      // The last argument is WebDriver's callback. Promise.resolve().then also catches what is thrown at once.
      script: `const done = arguments[arguments.length - 1];
        Promise.resolve().then(() => (${source})(...JSON.parse(arguments[0])))
          .then((value) => done(JSON.stringify({ value })), (error) => done(JSON.stringify({ error: String(error?.stack ? error + "\\n" + error.stack : error) })));`,
      args: [JSON.stringify(args)],
    });
    const { value, error } = JSON.parse(answer);
    if (error !== undefined) throw new Error(error);
    return value;
  };
  const pointer = (...actions) => ({
    actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }],
  });
  const moveTo = (id) => ({ type: "pointerMove", duration: 0, x: 0, y: 0, origin: driver.reference(id) });
  const scrollTo = (css) =>
    runScript(`(css) => document.querySelector(css).scrollIntoView({ block: "center", behavior: "instant" })`, [css]);
  const keys = (...actions) => ({ actions: [{ type: "key", id: "keyboard", actions }] });
  const tap = (value) => [
    { type: "keyDown", value },
    { type: "keyUp", value },
  ];
  const focus = (css) => runScript("(css) => document.querySelector(css).focus()", [css]);

  return {
    async goto(url) {
      await driver.post("/url", { url });
      await arrived(driver, url);
    },
    run: (body, ...args) => runScript(String(body), args),
    async click(css) {
      await driver.post(`/element/${await driver.element(css)}/click`);
    },
    async hover(css) {
      const id = await driver.element(css);
      await scrollTo(css);
      await driver.post("/actions", pointer(moveTo(id)));
    },
    async type(css, text) {
      const id = await driver.element(css);
      await driver.post(`/element/${id}/clear`);
      await driver.post(`/element/${id}/value`, { text });
    },
    async press(css, key) {
      if (css) await focus(css);
      const [modifier, plain] = /.\+./.test(key) ? key.split("+") : [null, key];
      const code = keyCodes[plain] ?? plain;
      const hold = modifier ? keyCodes[modifier] : null;
      await driver.post(
        "/actions",
        hold
          ? keys({ type: "keyDown", value: hold }, ...tap(code), { type: "keyUp", value: hold })
          : keys(...tap(code)),
      );
    },
    async screenshot(file) {
      await writeFile(file, Buffer.from(await driver.get("/screenshot"), "base64"));
    },
    problems: () =>
      runScript(
        `async () => {
          await new Promise((resolve) => setTimeout(resolve, 100));
          if (!window.__problems) throw new Error("the page was served without the driver's probe");
          return window.__problems;
        }`,
        [],
      ),
    close,
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answering(url, output) {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch {
      if (Date.now() > end) throw new Error(`WebKitWebDriver does not answer:\n${output.join("")}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
