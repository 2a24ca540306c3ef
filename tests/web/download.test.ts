// Servers that break off, change the file, lie or know no ranges: the right model, or an error that says why.

import { createHash } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { type LoadProgress, load } from "onehead";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { serve, type TestServer } from "./serve.js";
import { failure, here, loaded, read, stories } from "./support.js";

const file = read("tests/data/stories260K.gguf");
const sha256 = createHash("sha256").update(file).digest("hex");
/** Another model of the same size: nothing of it may be mixed with the first. */
const other = file.map((byte, i) => (i > 600_000 ? byte ^ 1 : byte));

let server: TestServer;
let url: string;
/** What the running test's server does with the n-th request, from 0. */
let answer: (request: IncomingMessage, response: ServerResponse, n: number) => void;
const asked: IncomingMessage["headers"][] = [];

beforeAll(async () => {
  const listener: RequestListener = (request, response) => {
    asked.push(request.headers);
    answer(request, response, asked.length - 1);
  };
  server = await serve(listener);
  url = `${server.base}/model.gguf`;
});
afterEach(() => asked.splice(0));
afterAll(() => server.close());

const ranges = () => asked.map(({ range }) => range);
const start = (request: IncomingMessage) => Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);

/** Sends some bytes of what was promised, and breaks off. */
function cut(response: ServerResponse, bytes: Uint8Array): void {
  response.write(bytes, () => setTimeout(() => response.destroy(), 30));
}

interface Way {
  body?: Uint8Array;
  etag?: string;
  lastModified?: string;
  ranges?: boolean;
  /** Bytes before the connection breaks; absent: all. */
  limit?: number;
}

/** A static server as there are many, in some way of its own. */
function send(request: IncomingMessage, response: ServerResponse, way: Way): void {
  const { body = file, etag, lastModified, limit } = way;
  if (etag) response.setHeader("etag", etag);
  if (lastModified) response.setHeader("last-modified", lastModified);
  const ifRange = request.headers["if-range"];
  const at = way.ranges !== false && (!ifRange || ifRange === (etag ?? lastModified)) ? start(request) : 0;
  if (at >= body.length) {
    response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
    return;
  }
  const part = body.subarray(at);
  if (at > 0) response.setHeader("content-range", `bytes ${at}-${body.length - 1}/${body.length}`);
  response.writeHead(at > 0 ? 206 : 200, { "content-length": part.length });
  if (limit === undefined || limit >= part.length) response.end(part);
  else cut(response, part.subarray(0, limit));
}

/** Loads, and makes sure that it is the right model. */
async function good(options: Parameters<typeof load>[1] = here): Promise<void> {
  const seen: LoadProgress[] = [];
  const model = await loaded(url, { ...options, sha256, onProgress: (progress) => seen.push(progress) });
  expect(model.info.fileBytes).toBe(file.length);
  expect((await model.generate([1], { maxTokens: 6 }).result()).text).toContain("Once upon");
  expect(seen.at(-1)).toEqual({ phase: "model", loaded: file.length, total: file.length });
}

describe("a connection that breaks", () => {
  test.each([
    ["in this thread", here],
    ["in a worker", {}],
  ])("goes on where it stopped: %s", async (_, options) => {
    answer = (request, response) => send(request, response, { etag: '"v1"', limit: 400_000 });
    await good(options);
    const starts = ranges().map((range) => Number(range?.match(/\d+/)?.[0] ?? 0));
    expect(starts.length).toBe(Math.ceil(file.length / 400_000));
    expect(starts).toEqual(starts.map((_, i) => i * 400_000));
    expect(asked.map((headers) => headers["if-range"])).toEqual(starts.map((at) => (at ? '"v1"' : undefined)));
  });

  test("by its date, where the ETag is weak", async () => {
    const lastModified = "Tue, 03 Feb 2026 10:00:00 GMT";
    answer = (request, response) => {
      response.setHeader("etag", 'W/"v1"');
      send(request, response, { lastModified, limit: 700_000 });
    };
    await good();
    expect(ranges()).toEqual([undefined, "bytes=700000-"]);
    expect(asked[1]?.["if-range"]).toBe(lastModified);
  });

  test("to a server without ranges: what is there is skipped", async () => {
    answer = (request, response, n) =>
      send(request, response, { etag: '"v1"', ranges: false, ...(n === 0 && { limit: 400_000 }) });
    await good();
    expect(ranges()).toEqual([undefined, "bytes=400000-"]);
  });

  test("to a server that says nothing of versions: it begins anew", async () => {
    answer = (request, response, n) => send(request, response, n === 0 ? { body: other, limit: 700_000 } : {});
    await good();
    expect(ranges()).toEqual([undefined, undefined]);
  });

  test("in a compressed answer: offsets mean nothing there", async () => {
    const zipped = gzipSync(file);
    answer = (_, response, n) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": zipped.length, etag: '"z"' });
      if (n === 0) cut(response, zipped.subarray(0, 300_000));
      else response.end(zipped);
    };
    await good();
    expect(ranges()).toEqual([undefined, undefined]);
  });

  test("while the server is busy", async () => {
    answer = (request, response, n) => {
      if (n === 1) response.writeHead(503).end();
      else send(request, response, { etag: '"v1"', ...(n === 0 && { limit: 400_000 }) });
    };
    await good();
    expect(asked.length).toBe(3);
  });

  test("exactly at the end", async () => {
    answer = (request, response, n) => {
      if (n > 0) return send(request, response, { etag: '"v1"' });
      response.writeHead(200, { "content-length": file.length + 1000, etag: '"v1"' });
      cut(response, file);
    };
    await good();
    expect(ranges()).toEqual([undefined, `bytes=${file.length}-`]);
  });

  test("for good: a few tries, then the error", { timeout: 20_000 }, async () => {
    answer = (request, response) => send(request, response, { etag: '"v1"', limit: start(request) ? 0 : 400_000 });
    const { code, message } = await failure(() => load(url, here));
    expect(code).toBe("network");
    expect(message).toMatch(/broke off/);
    expect(ranges()).toEqual([undefined, "bytes=400000-", "bytes=400000-", "bytes=400000-"]);
  });

  test("and then the file is gone: no more tries", async () => {
    answer = (request, response, n) => {
      if (n === 0) send(request, response, { etag: '"v1"', limit: 400_000 });
      else response.writeHead(404).end();
    };
    const { code, message } = await failure(() => load(url, here));
    expect([code, asked.length]).toEqual(["http", 2]);
    expect(message).toMatch(/404/);
  });
});

describe("a file that changes while it is read", () => {
  test.each([
    ["and the server honours If-Range", (request: IncomingMessage) => request],
    [
      "and the server does not",
      (request: IncomingMessage) => {
        delete request.headers["if-range"];
        return request;
      },
    ],
  ])("begins anew %s", async (_, seen) => {
    answer = (request, response, n) =>
      send(seen(request), response, n === 0 ? { etag: '"v1"', body: other, limit: 700_000 } : { etag: '"v2"' });
    await good();
    expect(ranges().slice(0, 2)).toEqual([undefined, "bytes=700000-"]);
  });

  test("again and again", async () => {
    answer = (request, response, n) => send(request, response, { etag: `"v${n}"`, limit: 400_000 });
    const { code, message } = await failure(() => load(url, here));
    expect(code).toBe("network");
    expect(message).toMatch(/changed again and again/);
  });

  test("to a shorter one", async () => {
    answer = (request, response, n) =>
      n === 0
        ? send(request, response, { etag: '"v1"', body: new Uint8Array([...file, ...file]), limit: file.length + 5 })
        : send(request, response, { etag: '"v2"' });
    await good();
    expect(ranges().slice(0, 2)).toEqual([undefined, `bytes=${file.length + 5}-`]);
  });
});

test("what is not known here is refused at its head, before the weights come", async () => {
  const strange = file.slice();
  const at = Buffer.from(strange).indexOf("llama", Buffer.from(strange).indexOf("general.architecture"));
  strange.set(new TextEncoder().encode("lxama"), at);
  let closed: Promise<void> | undefined;
  answer = (_, response) => {
    closed = new Promise((resolve) => response.on("close", resolve));
    response.writeHead(200, { "content-length": strange.length, etag: '"v1"' });
    response.write(strange.subarray(0, 200_000)); // and waits
  };
  expect((await failure(() => load(url, here))).code).toBe("unsupported-model");
  await closed;
  expect(asked.length).toBe(1);
});

describe("a server that lies", () => {
  test("about where the rest begins", async () => {
    answer = (request, response, n) => {
      if (n !== 1) return send(request, response, { etag: '"v1"', ...(n === 0 && { limit: 400_000 }) });
      const part = file.subarray(300_000);
      response.writeHead(206, {
        etag: '"v1"',
        "content-length": part.length,
        "content-range": `bytes 300000-${file.length - 1}/${file.length}`,
      });
      response.end(part);
    };
    await good();
  });

  test("about the length, with less than there is", async () => {
    answer = (_, response) => response.writeHead(200, { "content-length": 500_000 }).end(file.subarray(0, 500_000));
    const { code } = await failure(() => load(url, here));
    expect([code, asked.length]).toEqual(["bad-file", 1]);
  });

  test.each([
    ["noise", () => Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7919) >> 3), "not-a-model"],
    ["a head and noise", () => file.map((byte, i) => (i < 8 ? byte : (i * 7919) >> 3)), "bad-file"],
  ])("and sends %s", async (_, body, wanted) => {
    answer = (request, response) => send(request, response, { body: body(), etag: '"v1"' });
    const { code } = await failure(() => load(url, here));
    expect([code, asked.length]).toEqual([wanted, 1]);
  });
});

describe("sha256", () => {
  const sources: [string, () => Parameters<typeof load>[0]][] = [
    ["a path", () => stories],
    ["bytes", () => file],
    ["a Blob", () => new Blob([file])],
  ];
  test.each(sources)("of %s", async (_, source) => {
    await loaded(source(), { ...here, sha256: sha256.toUpperCase() });
    const wrong = sha256.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    const { code, message } = await failure(() => load(source(), { ...here, sha256: wrong }));
    expect(code).toBe("wrong-hash");
    expect(message).toContain(wrong);
  });

  test("of a download with one bit changed", async () => {
    answer = (request, response) => send(request, response, { body: other });
    expect((await failure(() => load(url, { ...here, sha256 }))).code).toBe("wrong-hash");
  });

  test("must be one", async () => {
    expect((await failure(() => load(stories, { ...here, sha256: "abc" }))).code).toBe("bad-argument");
  });
});

test("info says where the file is, and why", async () => {
  answer = (request, response) => send(request, response, {});
  for (const [source, options, words] of [
    [url, {}, /no private file system/],
    [url, { store: "none" }, /"none"/],
    [stories, {}, /address/],
    [file, {}, /address/],
  ] as const) {
    const { info } = await loaded(source, { ...here, ...options });
    expect(info.storage).toBe("memory");
    expect(info.storageReason).toMatch(words);
  }
  expect((await failure(() => load(file, { ...here, store: "opfs" }))).code).toBe("unsupported-option");
});
