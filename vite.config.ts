// The page: `vite` serves web/demo over the package's sources, `vite build` writes build/page over dist/,
// as a user of the package would. Relative base, so that the page works from any sub-path.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type PluginOption } from "vite";

const repo = fileURLToPath(new URL(".", import.meta.url));

const aliasTo = (folder: string, extension: string) => [
  { find: /^onehead$/, replacement: resolve(repo, folder, `index.${extension}`) },
  { find: /^onehead\/storage$/, replacement: resolve(repo, folder, `storage.${extension}`) },
  { find: /^onehead\/tasks$/, replacement: resolve(repo, folder, `tasks/index.${extension}`) },
];
export const sourceAlias = aliasTo("web/src", "ts");
export const distAlias = aliasTo("dist", "js");

/** In the sources, `new URL("./worker.js", …)` names what tsc will emit; the dev server has worker.ts. */
const workerSource: Plugin = {
  name: "onehead-worker-source",
  enforce: "pre",
  transform(code, id) {
    if (!id.startsWith(resolve(repo, "web/src")) || !code.includes("./worker.js")) return null;
    return code.replace(/new URL\(\s*"\.\/worker\.js"/g, 'new URL("./worker.ts"');
  },
};

/** web/demo/plugins.ts, where the page has build steps of its own (the recorded run). */
async function pagePlugins(): Promise<PluginOption[]> {
  const file = resolve(repo, "web/demo/plugins.ts");
  return existsSync(file) ? (await import("./web/demo/plugins.js")).default : [];
}

/** Cross-origin isolation, which lets the engine use threads. The page works without it, on one. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig(async ({ command }) => ({
  root: resolve(repo, "web/demo"),
  base: "./",
  resolve: { alias: command === "serve" ? sourceAlias : distAlias },
  plugins: [workerSource, await pagePlugins()],
  server: { fs: { allow: [repo] }, headers: isolation },
  preview: { headers: isolation },
  worker: { format: "es" as const },
  build: {
    outDir: resolve(repo, "build/page"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // a strict Content-Security-Policy has no data: URLs
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
}));
