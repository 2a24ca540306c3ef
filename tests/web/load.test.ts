// The same model from everywhere it can come from, and each way that fails.

import type { RequestListener } from "node:http";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { type LoadProgress, load } from "onehead";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve, type TestServer } from "./serve.js";
import { failure, here, loaded, read, stories } from "./support.js";

const file = read("tests/data/stories260K.gguf");
const firstWords = "Once upon a time, there";

const answers: Record<string, RequestListener> = {
  "/model.gguf": (_, response) => response.setHeader("content-length", file.length).end(file),
  "/chunked.gguf": (_, response) => {
    for (let at = 0; at < file.length; at += 100_001) response.write(file.subarray(at, at + 100_001));
    response.end();
  },
  // The length is that of the compressed bytes, and the model is longer.
  "/zipped.gguf": (_, response) => {
    const zipped = gzipSync(file);
    response.writeHead(200, { "content-encoding": "gzip", "content-length": zipped.length }).end(zipped);
  },
  "/secret.gguf": (request, response) =>
    request.headers["x-key"] === "open" ? response.end(file) : response.writeHead(403).end("no"),
  "/page": (_, response) => response.setHeader("content-type", "text/html").end("<!doctype html><title>Home</title>"),
  "/short.gguf": (_, response) => response.end(file.subarray(0, 300_000)),
  "/broken.gguf": (_, response) => {
    response.setHeader("content-length", file.length);
    response.write(file.subarray(0, 300_000), () => response.destroy());
  },
  "/slow.gguf": (_, response) => {
    response.write(file.subarray(0, 200_000));
  },
};

let server: TestServer;
let base: string;
beforeAll(async () => {
  server = await serve((request, response) => {
    const answer = answers[request.url ?? ""];
    if (answer) answer(request, response);
    else response.writeHead(404).end("not here");
  });
  base = server.base;
});
afterAll(() => server.close());

describe.each([
  ["in this thread", here.runtime],
  ["in a worker", {}],
] as const)("%s", (_, runtime) => {
  const sources: [string, () => Parameters<typeof load>[0]][] = [
    ["a path", () => stories],
    ["a file URL", () => pathToFileURL(stories)],
    ["a file URL as text", () => pathToFileURL(stories).href],
    ["http", () => `${base}/model.gguf`],
    ["a URL object", () => new URL("/model.gguf", base)],
    ["http in chunks", () => `${base}/chunked.gguf`],
    ["http, compressed", () => `${base}/zipped.gguf`],
    ["a Blob", () => new Blob([file])],
    ["a File", () => new File([file], "stories.gguf")],
    ["an ArrayBuffer", () => file.slice().buffer],
    ["a Uint8Array", () => file],
    ["a part of a buffer", () => new Uint8Array([0, ...file, 0]).subarray(1, -1)],
  ];
  test.each(sources)("%s", async (_, source) => {
    const model = await loaded(source(), { runtime });
    expect(model.info).toMatchObject({
      nLayers: 5,
      nQueryHeads: 8,
      nKvHeads: 4,
      vocabSize: 512,
      fileBytes: file.length,
    });
    const { text } = await model.generate([1], { maxTokens: 6 }).result();
    expect(firstWords.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(10);
  });

  test("headers reach the server", async () => {
    const url = `${base}/secret.gguf`;
    expect((await failure(() => load(url, { runtime }))).code).toBe("http");
    await loaded(url, { runtime, request: { headers: { "x-key": "open" } } });
  });

  const wrong: [string, string, string, RegExp][] = [
    ["/none.gguf", "404", "http", /404.*none\.gguf/],
    ["/page", "a web page", "not-a-model", /web page/],
    ["/short.gguf", "a file cut short", "bad-file", /./],
    ["/broken.gguf", "a connection that breaks", "network", /broke off/],
  ];
  test.each(wrong)("%s: %s", async (address, _, code, words) => {
    const { code: got, message } = await failure(() => load(base + address, { runtime }));
    expect(got).toBe(code);
    expect(message).toMatch(words);
  });

  test("no server there", async () => {
    expect((await failure(() => load("http://127.0.0.1:9/model.gguf", { runtime }))).code).toBe("network");
  });
  test("no file there", async () => {
    expect((await failure(() => load("./no-such.gguf", { runtime }))).code).toBe("network");
  });

  test("progress counts to the end and tells both phases", async () => {
    const seen: LoadProgress[] = [];
    await loaded(`${base}/model.gguf`, { runtime, onProgress: (progress) => seen.push(progress) });
    const model = seen.filter(({ phase }) => phase === "model");
    expect(model.at(-1)).toEqual({ phase: "model", loaded: file.length, total: file.length });
    for (const [i, { loaded }] of model.entries()) expect(loaded).toBeGreaterThanOrEqual(model[i - 1]?.loaded ?? 1);
    // The engine may have been compiled for an earlier model already.
    for (const { phase, loaded, total } of seen) if (phase === "runtime") expect(loaded).toBe(total);
  });

  test("an abort ends it with the signal's reason", async () => {
    const reason = new Error("changed my mind");
    const early = load(stories, { runtime, signal: AbortSignal.abort(reason) });
    await expect(early).rejects.toBe(reason);
    const stop = new AbortController();
    const waiting = load(`${base}/slow.gguf`, {
      runtime,
      signal: stop.signal,
      onProgress: ({ phase }) => phase === "model" && stop.abort(reason),
    });
    await expect(waiting).rejects.toBe(reason);
  });
});

test("transfer empties the buffer it was given", async () => {
  const bytes = file.slice();
  await loaded(bytes, { transfer: true });
  expect(bytes.length).toBe(0);
  const kept = file.slice();
  await loaded(kept, {});
  expect(kept.length).toBe(file.length);
});

test("a buffer that was handed over before", async () => {
  const bytes = file.slice();
  structuredClone(bytes, { transfer: [bytes.buffer] });
  const { code, message } = await failure(() => load(bytes, { transfer: true }));
  expect(code).toBe("bad-file");
  expect(message).toMatch(/handed over/);
});

test("buffers of another realm", async () => {
  const other = runInNewContext("new Uint8Array(n)", { n: file.length }) as Uint8Array;
  other.set(file);
  expect(other instanceof Uint8Array).toBe(false);
  await loaded(other);
  await loaded(other.buffer as ArrayBuffer);
});

test("an own wasm address that is not the engine", async () => {
  const wasm = { simd128: `${base}/page` };
  const { code, message } = await failure(() => load(stories, { runtime: { wasm, variant: "simd128" } }));
  expect(code).toBe("worker-failed");
  expect(message).toMatch(/runtime\.wasm/);
});

test("an own compiled module", async () => {
  const simd128 = await WebAssembly.compile(read("dist/wasm/onehead-simd128.wasm"));
  const model = await loaded(stories, { runtime: { wasm: { simd128 }, variant: "simd128" } });
  expect(model.info.variant).toBe("simd128");
});
