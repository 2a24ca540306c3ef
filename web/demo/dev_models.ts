// The development server's models: those that `npm run fetch:models` has put into the cache. A list of what their
// headers say, and the files themselves, in ranges where a browser asks for them.

import { createReadStream, type Stats } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";
import { readHeader } from "./gguf_header.js";
import type { LocalModel } from "./own/local_models.js";

const PREFIX = "/local-models/";

const folder = () =>
  join(
    resolve(process.env.ONEHEAD_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "onehead")),
    "models",
  );

export function localModels(): Plugin {
  return {
    name: "onehead-local-models",
    apply: "serve",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = decodeURIComponent(new URL(request.url ?? "", "http://localhost").pathname);
        if (!path.startsWith(PREFIX)) return next();
        const name = path.slice(PREFIX.length);
        const answer = name === "list.json" ? list(response) : file(name, request, response);
        answer.catch(next);
      });
    },
  };
}

async function list(response: ServerResponse): Promise<void> {
  const names = await readdir(folder()).catch(() => []);
  const models: LocalModel[] = [];
  for (const name of names.filter((name) => name.endsWith(".gguf")).sort()) {
    const path = join(folder(), name);
    const { size } = await stat(path);
    const handle = await open(path);
    try {
      const header = await readHeader(async (length, position) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
        return buffer.subarray(0, bytesRead);
      });
      models.push({
        url: `.${PREFIX}${encodeURIComponent(name)}`,
        file: name,
        bytes: size,
        license: header.get("general.license"),
        chat: header.has("tokenizer.chat_template"),
      });
    } catch (error) {
      console.warn(`${name}: ${(error as Error).message}`);
    } finally {
      await handle.close();
    }
  }
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(models));
}

async function file(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = join(folder(), name);
  const about = name.includes("/") || name.includes("\\") ? undefined : await stat(path).catch(() => undefined);
  if (!about?.isFile()) {
    response.statusCode = 404;
    response.end("There is no such model.");
    return;
  }
  const { begin, end } = wanted(request, response, about);
  response.setHeader("Content-Type", "application/octet-stream");
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Content-Length", end - begin);
  if (request.method === "HEAD" || begin === end) response.end();
  else createReadStream(path, { start: begin, end: end - 1 }).pipe(response);
}

/** The bytes [begin, end) asked for; the answer's status and validators are set. */
function wanted(request: IncomingMessage, response: ServerResponse, { size, mtime }: Stats) {
  const etag = `"${size.toString(36)}-${mtime.getTime().toString(36)}"`;
  response.setHeader("ETag", etag);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const condition = request.headers["if-range"];
  if (range === null || (condition !== undefined && condition !== etag)) return { begin: 0, end: size };
  const begin = Number(range[1]);
  const end = Math.min(range[2] ? Number(range[2]) + 1 : size, size);
  if (begin >= end) {
    response.statusCode = 416;
    response.setHeader("Content-Range", `bytes */${size}`);
    return { begin: 0, end: 0 };
  }
  response.statusCode = 206;
  response.setHeader("Content-Range", `bytes ${begin}-${end - 1}/${size}`);
  return { begin, end };
}
