// The packed packages as a user gets them: `npm pack`, installed in an empty folder, then run in Node and, bundled
// by Vite (dev server and build), webpack and esbuild, in a page: as a static host serves it, and isolated, with two
// threads. All must give the same translation.

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { isolation, serve } from "../../tests/browser/server.mjs";
import { done, note, ToolError, warn } from "../lib/log.mjs";
import { ensureNodeModules, npm } from "../lib/node-packages.mjs";
import { repo } from "../lib/paths.mjs";
import { capture, runQuietly } from "../lib/run.mjs";
import { counts, inCi } from "../lib/stage.mjs";

const manifest = JSON.parse(readFileSync(join(repo, "package.json"), "utf8"));
const bin = (name) => join(repo, "node_modules/.bin", name);
const sentence = "The cat purrs.";

/** What each bundle of a user's page starts from. */
const entry = `import { load } from "onehead";
import { translate } from "onehead/tasks";
import { tiny } from "onehead-tiny";

globalThis.answer = (async () => {
  const shared = globalThis.crossOriginIsolated === true;
  const model = await load(tiny, shared ? { runtime: { threads: 2 } } : {});
  const { text } = await translate(model, ${JSON.stringify(sentence)}).result();
  const { variant, threads } = model.info;
  model.dispose();
  return { text, variant, threads };
})();
`;
const html = (script) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>package</title>
<link rel="icon" href="data:,"><script type="module" src="${script}"></script></head><body></body></html>\n`;

/** Ways to bundle; each resolves with a folder to serve, or addresses that are served already. */
const bundlers = {
  // As it lies in node_modules, found by an import map.
  async "no bundler"(folder) {
    const imports = {
      onehead: "./node_modules/onehead/dist/index.js",
      "onehead/tasks": "./node_modules/onehead/dist/tasks/index.js",
      "onehead-tiny": "./node_modules/onehead-tiny/index.js",
    };
    const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
    writeFileSync(join(folder, "index.html"), html("./main.js").replace("<title>", `${map}<title>`));
    return { folder };
  },
  async "vite build"(folder) {
    await must("vite build", folder, bin("vite"), ["build", "--base", "./", "--logLevel", "warn"]);
    return { folder: join(folder, "dist") };
  },
  async "vite dev"(folder) {
    // Pre-bundling would move the modules away from the files that they name relative to themselves.
    writeFileSync(
      join(folder, "vite.config.js"),
      `export default {
  optimizeDeps: { exclude: ["onehead", "onehead-tiny"] },
  server: { headers: process.env.ISOLATED ? ${JSON.stringify(isolation)} : {} },
  cacheDir: process.env.ISOLATED ? ".vite-isolated" : ".vite",
};\n`,
    );
    const servers = [];
    const stop = () => {
      for (const server of servers) server.kill();
    };
    const start = async (environment) => {
      const port = await freePort();
      const words = ["--port", port, "--strictPort", "--host", "127.0.0.1"];
      const env = { ...process.env, ...environment };
      servers.push(
        spawn(process.execPath, [join(repo, "node_modules/vite/bin/vite.js"), ...words], {
          cwd: folder,
          stdio: "ignore",
          env,
        }),
      );
      const url = `http://127.0.0.1:${port}/`;
      for (let attempt = 0; attempt < 100; attempt++) {
        if (await fetch(url).catch(() => null)) return url;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      stop();
      throw new ToolError("Vite's dev server did not start.");
    };
    return { urls: [await start({}), await start({ ISOLATED: "1" })], stop };
  },
  async webpack(folder) {
    writeFileSync(
      join(folder, "webpack.config.mjs"),
      `export default { mode: "production", entry: "./main.js", performance: { hints: false }, output: { path: ${JSON.stringify(join(folder, "out"))}, publicPath: "auto" } };\n`,
    );
    await must("webpack", folder, process.execPath, [
      join(repo, "node_modules/webpack-cli/bin/cli.js"),
      "--config",
      "webpack.config.mjs",
    ]);
    writeFileSync(join(folder, "out/index.html"), html("./main.js"));
    return { folder: join(folder, "out") };
  },
  async esbuild(folder) {
    // esbuild leaves new URL(…, import.meta.url) as it is, so what these name is laid beside the bundle.
    await must("esbuild", folder, bin("esbuild"), [
      "main.js",
      "worker=onehead/worker",
      "--bundle",
      "--format=esm",
      "--splitting",
      "--minify",
      "--outdir=out",
      "--log-level=error",
    ]);
    const modules = join(folder, "node_modules");
    mkdirSync(join(folder, "out/wasm"), { recursive: true });
    for (const name of readdirSync(join(modules, "onehead/dist/wasm")).filter((name) => name.endsWith(".wasm")))
      cpSync(join(modules, "onehead/dist/wasm", name), join(folder, "out/wasm", name));
    for (const name of readdirSync(join(modules, "onehead-tiny")).filter((name) => name.endsWith(".gguf")))
      cpSync(join(modules, "onehead-tiny", name), join(folder, "out", name));
    writeFileSync(join(folder, "out/index.html"), html("./main.js"));
    return { folder: join(folder, "out") };
  },
};

async function must(label, cwd, command, args) {
  if ((await runQuietly(label, command, args, { cwd })) !== 0) throw new ToolError(`${label} failed.`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(String(port)));
    });
  });
}

/** Packs a workspace of the repository; resolves with the tarball's path. */
function pack(folder, target) {
  const name = capture(npm, ["pack", "--silent", "--pack-destination", target], { cwd: folder })?.split("\n").pop();
  if (!name) throw new ToolError(`npm pack failed in ${folder}.`);
  return join(target, name);
}

const sizeOf = (path, body) => ({ path, bytes: body.length, brotli: brotliCompressSync(body).length });

/** Bytes after brotli of the scripts and the wasm that a page asked for. */
async function transferred(origin, paths) {
  const parts = [];
  for (const path of new Set(paths)) {
    if (!/\.(js|mjs|wasm)$/.test(path)) continue;
    parts.push(sizeOf(path, Buffer.from(await (await fetch(origin + path)).arrayBuffer())));
  }
  return parts;
}

/** What a built page loads once a conversation begins: the renderer of chat templates. */
const chatScripts = (built) =>
  readdirSync(join(built, "assets"))
    .filter((name) => /^render-.*\.js$/.test(name))
    .map((name) => sizeOf(`/assets/${name}`, readFileSync(join(built, "assets", name))));

/**
 * What the size stage reads: the files that the page built by Vite fetched, alone and isolated, and those that it would
 * load for a conversation.
 */
export const fetched = [];

export async function packageTests() {
  await ensureNodeModules();
  const { MissingBrowser, launch } = await import("../../tests/browser/drivers/index.mjs");
  const work = mkdtempSync(join(tmpdir(), "onehead-package-"));
  const result = counts();
  const check = async (title, body) => {
    try {
      const detail = await body();
      result.passed++;
      done(`${title}${detail ? `: ${detail}` : ""}`);
      return true;
    } catch (error) {
      result.failed++;
      console.error(`✗ ${title}: ${error.message}`);
      return false;
    }
  };
  let browser = null;
  try {
    const tarballs = [repo, join(repo, "models/onehead-tiny")].map((folder) => pack(folder, work));
    for (const file of tarballs) {
      await check(`publint ${file.split("/").pop()}`, () =>
        must("publint", work, bin("publint"), ["run", file, "--strict"]),
      );
      await check(`attw ${file.split("/").pop()}`, () =>
        must("attw", work, bin("attw"), [
          file,
          "--profile",
          "esm-only",
          "--exclude-entrypoints",
          "onehead-simd128.wasm",
          "onehead-relaxed.wasm",
          "onehead-simd128-threads.wasm",
          "onehead-relaxed-threads.wasm",
          "onehead-tiny.q8_0.gguf",
        ]),
      );
    }
    const user = join(work, "user");
    mkdirSync(user);
    writeFileSync(join(user, "package.json"), '{ "name": "user", "private": true, "type": "module" }\n');
    // Without network: what the packages depend on comes from this clone too.
    const dependencies = Object.keys(manifest.dependencies ?? {}).map((name) =>
      pack(join(repo, "node_modules", name), work),
    );
    await must("npm install", user, npm, [
      "install",
      "--offline",
      "--no-audit",
      "--no-fund",
      ...tarballs,
      ...dependencies,
    ]);
    writeFileSync(join(user, "main.js"), entry);
    writeFileSync(join(user, "index.html"), html("./main.js"));

    let expected = null;
    await check("Node", async () => {
      writeFileSync(
        join(user, "node.js"),
        'import "./main.js";\nconsole.log(JSON.stringify(await globalThis.answer));\n',
      );
      const text = capture(process.execPath, ["node.js"], {
        cwd: user,
        timeout: 60000,
        stdio: ["ignore", "pipe", "inherit"],
      });
      if (!text) throw new Error("it did not run, or the process did not end after dispose()");
      const answer = JSON.parse(text.split("\n").pop());
      if (!/\p{L}/u.test(answer.text)) throw new Error(`no translation: ${JSON.stringify(answer)}`);
      expected = answer.text;
      return `${sentence} → ${answer.text} (${answer.variant})`;
    });
    try {
      browser = await launch("chromium");
    } catch (error) {
      if (!(error instanceof MissingBrowser) || inCi) throw error;
      warn(`SKIPPED in a page: ${error.message}`);
      result.skipped += Object.keys(bundlers).length;
      return result;
    }
    for (const [title, bundle] of Object.entries(bundlers))
      await check(title, async () => {
        const folder = join(work, title.replace(" ", "-"));
        cpSync(user, folder, { recursive: true });
        const { folder: out, urls, stop } = await bundle(folder);
        const visit = async (isolated) => {
          const server = out ? await serve(out, { isolated }) : null;
          const page = await browser.newPage();
          try {
            await page.goto(server?.url ?? urls[Number(isolated)]);
            const answer = await page.run(() => globalThis.answer);
            const problems = await page.problems();
            if (problems.length) throw new Error(problems.join("; "));
            if (answer.text !== expected)
              throw new Error(`${JSON.stringify(answer.text)} instead of ${JSON.stringify(expected)}`);
            if (answer.threads !== (isolated ? 2 : 1)) throw new Error(`${answer.threads} threads`);
            if (title === "vite build") {
              const paths = server.requests.map((request) => request.path);
              fetched.push({
                variant: answer.variant,
                files: await transferred(server.origin, paths),
                chat: chatScripts(out),
              });
            }
            return answer.variant;
          } finally {
            await page.close();
            await server?.close();
          }
        };
        try {
          return `${expected} (${await visit(false)}, ${await visit(true)})`;
        } finally {
          stop?.();
        }
      });
  } finally {
    await browser?.close();
    if (process.env.ONEHEAD_KEEP) note(`kept ${work}`);
    else rmSync(work, { recursive: true, force: true });
  }
  return result;
}
