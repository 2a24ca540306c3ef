// The page's own build steps: the recorded run, drawn into index.html; and the service worker's list of files.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer, type Plugin, type Rolldown } from "vite";
import { localModels } from "./dev_models.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const repo = resolve(here, "../..");
const model = resolve(repo, "models/onehead-tiny/onehead-tiny.q8_0.gguf");
/** The page offers the twins where there are any. */
const twinsFolder = resolve(repo, "models/onehead-twins");

/** The package's sources: with them one way of recording serves `vite` and `vite build`. */
const alias = [
  { find: /^onehead$/, replacement: resolve(repo, "web/src/index.ts") },
  { find: /^onehead\/tasks$/, replacement: resolve(repo, "web/src/tasks/index.ts") },
];

/** Runs the recorder and the views as Node modules, from their TypeScript. */
async function prerendered(page: string): Promise<string> {
  const server = await createServer({
    configFile: false,
    root: repo,
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    resolve: { alias },
  });
  try {
    const recorder = (await server.ssrLoadModule(resolve(here, "record.ts"))) as typeof import("./record");
    const renderer = (await server.ssrLoadModule(resolve(here, "prerender.ts"))) as typeof import("./prerender");
    const { readStudies } = (await server.ssrLoadModule(
      resolve(here, "claims/read_studies.ts"),
    )) as typeof import("./claims/read_studies");
    const recording = await recorder.record(new Uint8Array(readFileSync(model)));
    const twins = existsSync(twinsFolder) && readdirSync(twinsFolder).some((name) => name.endsWith(".gguf"));
    return renderer.prerender(page, recording, { studies: readStudies(resolve(repo, "docs/studies")), twins });
  } finally {
    await server.close();
  }
}

function recordedRun(): Plugin {
  let recorded: Promise<string> | undefined;
  let source = "";
  return {
    name: "onehead-recorded-run",
    transformIndexHtml: {
      order: "pre",
      handler(page) {
        if (recorded === undefined || source !== page) {
          source = page;
          recorded = prerendered(page);
        }
        return recorded;
      },
    },
  };
}

type Bundle = Rolldown.OutputBundle;

/** Files that only a dynamic import brings: they are fetched when somebody asks for them. */
function laterFiles(bundle: Bundle): string[] {
  const chunk = (name: string) => {
    const item = bundle[name];
    return item?.type === "chunk" ? item : undefined;
  };
  const reach = (names: readonly string[]) => {
    const reached = new Set<string>();
    for (const queue = [...names]; queue.length > 0; ) {
      const name = queue.pop() as string;
      if (reached.has(name)) continue;
      reached.add(name);
      const { imports = [], viteMetadata } = chunk(name) ?? {};
      queue.push(...imports, ...(viteMetadata?.importedCss ?? []), ...(viteMetadata?.importedAssets ?? []));
    }
    return reached;
  };
  const names = Object.keys(bundle);
  const first = reach(names.filter((name) => chunk(name)?.isEntry || name === "index.html"));
  const later = reach(names.filter((name) => chunk(name)?.isDynamicEntry));
  return [...later].filter((name) => !first.has(name)).sort();
}

/** Writes sw.js: the files of this build, under a name that changes with them. */
function serviceWorker(): Plugin {
  return {
    name: "onehead-service-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const files = Object.keys(bundle).sort();
        const digest = createHash("sha256");
        for (const name of files) {
          const item = bundle[name];
          digest.update(name).update(item?.type === "chunk" ? item.code : (item?.source ?? ""));
        }
        const later = laterFiles(bundle);
        const atOnce = files.filter((name) => name !== "index.html" && !later.includes(name));
        const text = readFileSync(resolve(here, "sw.js"), "utf8")
          .replace('"__VERSION__"', JSON.stringify(digest.digest("hex").slice(0, 12)))
          .replace('["__FILES__"]', JSON.stringify(["./", ...atOnce]))
          .replace('["__LATER__"]', JSON.stringify(later));
        this.emitFile({ type: "asset", fileName: "sw.js", source: text });
      },
    },
  };
}

export default [recordedRun(), serviceWorker(), localModels()];
