// Models kept in the browser's private file system: a second visit asks nobody, a broken download goes on, what was
// damaged is noticed, and what cannot be kept is in memory. The real file systems have their turn in tests/browser.

import { createHash } from "node:crypto";
import { type LoadOptions, load } from "onehead";
import { listModels, removeModel } from "onehead/storage";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FakeOpfs } from "./fake_opfs.js";
import { serve, type TestServer } from "./serve.js";
import { failure, here, loaded, read } from "./support.js";

const kChunk = 1 << 20;
const tiny = read("models/onehead-tiny/onehead-tiny.q8_0.gguf");
const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

let server: TestServer;
let url: string;
let file: Uint8Array;
let etag: string;
/** Bytes of an answer before the connection breaks. */
let limit: number;
let asked: (string | undefined)[] = [];
let opfs: FakeOpfs;

beforeAll(async () => {
  server = await serve((request, response) => {
    asked.push(request.headers.range);
    const at = Number(request.headers.range?.match(/\d+/)?.[0] ?? 0);
    const part = file.subarray(at);
    response.writeHead(at ? 206 : 200, {
      etag,
      "content-length": part.length,
      ...(at && { "content-range": `bytes ${at}-${file.length - 1}/${file.length}` }),
    });
    if (limit >= part.length) response.end(part);
    else response.write(part.subarray(0, limit), () => setTimeout(() => response.destroy(), 30));
  });
  url = `${server.base}/model.gguf`;
});
afterAll(() => server.close());

const realNavigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
beforeEach(() => {
  file = tiny;
  etag = '"v1"';
  limit = Number.POSITIVE_INFINITY;
  asked = [];
  opfs = new FakeOpfs();
  Object.defineProperty(globalThis, "navigator", { value: opfs.navigator, configurable: true });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, "navigator");
  if (realNavigator) Object.defineProperty(globalThis, "navigator", realNavigator);
});

/** Loads, makes sure that it is the right model, and gives what info says of the storage. */
async function visit(options: LoadOptions = {}): Promise<{ storage: string; reason: string | undefined }> {
  asked = [];
  const { info } = await loaded(url, { ...here, ...options });
  expect(info.fileBytes).toBe(tiny.length);
  expect(info.metadata["general.architecture"]).toBe("llama");
  return { storage: info.storage, reason: info.storageReason };
}

test("the second visit asks nobody", async () => {
  expect(await visit()).toEqual({ storage: "opfs", reason: undefined });
  expect(asked).toEqual([undefined]);
  expect(hash(opfs.file(".gguf").bytes)).toBe(hash(tiny));
  file = new Uint8Array(0);
  expect(await visit()).toEqual({ storage: "opfs", reason: undefined });
  expect(await visit({ sha256: hash(tiny) })).toEqual({ storage: "opfs", reason: undefined });
  expect(asked).toEqual([]);
});

test("a fragment is no other address, a query is", async () => {
  await visit();
  asked = [];
  await loaded(`${url}#here`, here);
  expect(asked).toEqual([]);
  await loaded(`${url}?v=2`, here);
  expect(asked).toEqual([undefined]);
});

test("listed and removed", async () => {
  expect(await listModels()).toEqual([]);
  await visit();
  expect(await listModels()).toEqual([{ url, bytes: tiny.length, complete: true, savedAt: expect.any(Date) }]);
  expect(await removeModel(url)).toBe(true);
  expect(await removeModel(url)).toBe(false);
  expect([await listModels(), opfs.files.size]).toEqual([[], 0]);
  await visit();
  expect(asked).toEqual([undefined]);
});

test("where the browser refuses its file system, nothing is kept", async () => {
  opfs.refusal = "SecurityError";
  expect([await listModels(), await removeModel(url)]).toEqual([[], false]);
});

test("removed while a worker that has ended lets go of the file", async () => {
  await visit();
  opfs.file(".gguf").locked = true;
  setTimeout(() => opfs.unlock(), 200);
  expect(await removeModel(url)).toBe(true);
  expect(opfs.files.size).toBe(0);
});

describe("a download that was broken off", () => {
  test("goes on at the next visit", { timeout: 20_000 }, async () => {
    limit = 3 * kChunk + 1000;
    const stop = new AbortController();
    const reason = new Error("closed the tab");
    const loading = load(url, {
      ...here,
      signal: stop.signal,
      onProgress: ({ phase, loaded }) => phase === "model" && loaded > 3 * kChunk && stop.abort(reason),
    });
    await expect(loading).rejects.toBe(reason);
    opfs.unlock();
    expect(await listModels()).toMatchObject([{ url, bytes: 3 * kChunk, complete: false }]);
    limit = Number.POSITIVE_INFINITY;
    expect((await visit({ sha256: hash(tiny) })).storage).toBe("opfs");
    expect(asked).toEqual([`bytes=${3 * kChunk}-`]);
    await visit();
    expect(asked).toEqual([]);
  });

  test("and is another file by now begins anew", async () => {
    file = tiny.map((byte, i) => (i > 2_000_000 ? byte ^ 1 : byte));
    await visit();
    opfs.file(".json").bytes = new TextEncoder().encode(
      new TextDecoder().decode(opfs.file(".json").bytes).replace('"complete":true', '"complete":false'),
    );
    opfs.file(".gguf").bytes[3 * kChunk + 5]! ^= 1;
    file = tiny;
    etag = '"v2"';
    expect((await visit({ sha256: hash(tiny) })).storage).toBe("opfs");
    expect(asked).toEqual([`bytes=${3 * kChunk}-`, undefined]);
    expect(hash(opfs.file(".gguf").bytes)).toBe(hash(tiny));
  });
});

describe("what is kept and damaged", () => {
  test.each([
    ["in its middle", 2 * kChunk + 77, `bytes=${2 * kChunk}-`],
    ["in its first byte", 0, undefined],
    ["in its last byte", tiny.length - 1, `bytes=${Math.floor(tiny.length / kChunk) * kChunk}-`],
  ])("%s is fetched again from there", async (_, at, range) => {
    await visit();
    opfs.file(".gguf").bytes[at]! ^= 0x10;
    expect((await visit({ sha256: hash(tiny) })).storage).toBe("opfs");
    expect(asked[0]).toBe(range);
    await visit();
    expect(asked).toEqual([]);
    expect(hash(opfs.file(".gguf").bytes)).toBe(hash(tiny));
  });

  test.each([
    ["a shorter file", () => (opfs.file(".gguf").bytes = tiny.slice(0, kChunk))],
    ["a record cut off", () => (opfs.file(".json").bytes = opfs.file(".json").bytes.slice(0, 50))],
    ["a record of noise", () => (opfs.file(".json").bytes = Uint8Array.from({ length: 99 }, (_, i) => i * 37))],
    [
      "a record of another address",
      () => {
        const { bytes } = opfs.file(".json");
        opfs.file(".json").bytes = new TextEncoder().encode(new TextDecoder().decode(bytes).replace("model", "modem"));
      },
    ],
  ])("%s: fetched again", async (_, damage) => {
    await visit();
    damage();
    expect((await visit({ sha256: hash(tiny) })).storage).toBe("opfs");
    expect(asked).toEqual([undefined]);
  });
});

describe("sha256 of what is kept", () => {
  test("is another file than is wanted by now: fetched again", async () => {
    const old = tiny.map((byte, i) => (i > 2_000_000 ? byte ^ 1 : byte));
    for (const sha256 of [undefined, hash(old)]) {
      file = old;
      await removeModel(url);
      await visit({ sha256 });
      file = tiny;
      await visit({ sha256: hash(tiny) });
      expect(asked).toEqual([undefined]);
    }
  });

  test("is nowhere to be had: the error, and nothing stays", async () => {
    await visit();
    expect((await failure(() => load(url, { ...here, sha256: hash(tiny.slice(1)) }))).code).toBe("wrong-hash");
    expect(opfs.files.size).toBe(0);
  });
});

describe("in memory, and why", () => {
  const ways: [string, (opfs: FakeOpfs) => void, RegExp][] = [
    ["the browser refuses", (fs) => (fs.refusal = "SecurityError"), /refused.*SecurityError/],
    ["no synchronous access", (fs) => (fs.withSync = false), /worker/],
    ["no room by its own estimate", (fs) => (fs.claimed = 1000), /no room for \d+ bytes/],
    ["no room in truth", (fs) => ([fs.quota, fs.claimed] = [2.5 * kChunk, 1e9]), /QuotaExceededError/],
  ];
  test.each(ways)("%s", async (_, prepare, words) => {
    prepare(opfs);
    const { storage, reason } = await visit();
    expect(storage).toBe("memory");
    expect(reason).toMatch(words);
    expect(asked).toEqual([undefined]);
    expect(opfs.usage).toBe(0);
  });

  test("another tab loads it, too", async () => {
    limit = 3 * kChunk;
    const [first, second] = await Promise.all([loaded(url, here), loaded(url, here)]);
    const storages = [first.info.storage, second.info.storage];
    // The second waits for the first for a while, and then finds the file, or goes without.
    expect(storages).toContain("opfs");
    const [a, b] = await Promise.all(
      [first, second].map(async (model) => (await model.generate("The", { maxTokens: 5 }).result()).text),
    );
    expect(a).toBe(b);
    expect(hash(opfs.file(".gguf").bytes)).toBe(hash(tiny));
  });

  test("another tab holds it for long", async () => {
    await visit();
    opfs.file(".json").locked = true;
    const { storage, reason } = await visit();
    expect(storage).toBe("memory");
    expect(reason).toMatch(/[Aa]nother tab/);
    expect(asked).toEqual([undefined]);
    const { code, message } = await failure(() => removeModel(url));
    expect([code, message]).toEqual(["busy", expect.stringMatching(/another tab/)]);
    expect(opfs.files.size).toBe(2);
    opfs.unlock();
    expect(await removeModel(url)).toBe(true);
    expect(opfs.files.size).toBe(0);
  });

  test("what is no model is not kept", async () => {
    file = tiny.slice(4);
    expect((await failure(() => load(url, here))).code).toBe("not-a-model");
    file = tiny.slice(0, 2 * kChunk);
    expect((await failure(() => load(url, here))).code).toBe("bad-file");
    expect((await failure(() => load("http://127.0.0.1:9/model.gguf", here))).code).toBe("network");
    expect(opfs.files.size).toBe(0);
  });
});
