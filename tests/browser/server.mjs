// A plain static file server, as a page meets it on GitHub Pages: content types and nothing else. No COOP, no COEP,
// no cache headers. Optionally a Content-Security-Policy, optionally everything under a sub-path.
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const contentTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};

/** What makes a page cross-origin isolated, so that it may share memory between threads. */
export const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const probeName = "__problem_probe.js";

/**
 * Serves files. `mounts` maps a URL prefix to a folder, the longest prefix wins; `base` is put before every prefix
 * ("/some/where/"), and what lies outside it is a 404. `requests` lists each path asked for with its status.
 * `probe` is a script (see drivers/problem_probe.js) that is put first into each page. `isolated` adds the headers of
 * cross-origin isolation, which allow threads and give a page a clock of 5 instead of 100 microseconds.
 * `intercept(request, response)` may answer a request itself, and then returns true.
 */
export async function serve(mounts, { base = "/", csp, probe, isolated = false, intercept } = {}) {
  const roots = Object.entries(typeof mounts === "string" ? { "": mounts } : mounts)
    .map(([prefix, folder]) => [base + prefix.replace(/^\//, ""), folder])
    .sort((a, b) => b[0].length - a[0].length);
  const requests = [];

  async function resolveFile(path) {
    const root = roots.find(([prefix]) => path.startsWith(prefix));
    if (!root) return null;
    let file = join(root[1], normalize(path.slice(root[0].length) || "."));
    if (file !== root[1] && !file.startsWith(root[1].replace(/[/\\]$/, "") + sep)) return null;
    const about = await stat(file).catch(() => null);
    if (about?.isDirectory()) file = join(file, "index.html");
    return file;
  }

  const server = createServer(async (request, response) => {
    if (intercept?.(request, response)) return;
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const file = probe && path === base + probeName ? probe : await resolveFile(path);
    let body = file && (await readFile(file).catch(() => null));
    requests.push({ path, status: body ? 200 : 404 });
    if (!body) {
      response.writeHead(404, { "Content-Type": "text/html; charset=utf-8" });
      return response.end("<!doctype html><title>404</title>Not found");
    }
    if (probe && extname(file) === ".html")
      body = Buffer.from(
        body.toString().replace(/<head[^>]*>|<meta[^>]*>/i, `$&<script src="${base}${probeName}"></script>`),
      );
    response.writeHead(200, {
      "Content-Type": contentTypes[extname(file)] ?? "application/octet-stream",
      "Content-Length": body.length,
      ...(csp ? { "Content-Security-Policy": csp } : {}),
      ...(isolated ? isolation : {}),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: origin + base,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
