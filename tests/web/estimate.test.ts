// What a model would take, by its head alone.

import { estimate, load } from "onehead";
import { listModels } from "onehead/storage";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { FakeOpfs } from "./fake_opfs.js";
import { serve, type TestServer } from "./serve.js";
import { failure, here, path, read } from "./support.js";
import { withTemplate } from "./with_template.js";

const tiny = read("models/onehead-tiny/onehead-tiny.q8_0.gguf");
const tinyPath = path("models/onehead-tiny/onehead-tiny.q8_0.gguf");

let server: TestServer;
let url: string;
let body: Uint8Array;
let sent = 0;
let asked: (string | undefined)[] = [];
beforeAll(async () => {
  server = await serve((request, response) => {
    const at = Number(request.headers.range?.match(/\d+/)?.[0] ?? 0);
    asked.push(request.headers.range);
    response.writeHead(at ? 206 : 200, {
      etag: '"v1"',
      "content-length": body.length - at,
      ...(at && { "content-range": `bytes ${at}-${body.length - 1}/${body.length}` }),
    });
    // A little at a time, as a network does.
    const next = (from: number) => {
      if (response.destroyed || from >= body.length) return void response.end();
      const part = body.subarray(from, from + 65_536);
      sent += part.length;
      response.write(part, () => setTimeout(next, 2, from + part.length));
    };
    next(at);
  });
  url = `${server.base}/model.gguf`;
});
afterAll(() => server.close());
const realNavigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
const setNavigator = (value: object) => Object.defineProperty(globalThis, "navigator", { value, configurable: true });
afterEach(() => {
  Reflect.deleteProperty(globalThis, "navigator");
  if (realNavigator) Object.defineProperty(globalThis, "navigator", realNavigator);
  sent = 0;
  asked = [];
  body = tiny;
});

test.each([
  ["a path", () => tinyPath, 0],
  ["bytes", () => tiny, 0],
  ["a Blob", () => new Blob([tiny]), 0],
  ["an address", () => url, tiny.length],
])("of %s", async (_, source, downloadBytes) => {
  body = tiny;
  const found = await estimate(source(), here);
  expect(found).toMatchObject({ fileBytes: tiny.length, downloadBytes, fits: true });
  const model = await load(tiny, here);
  expect(found.contextLength).toBe(model.info.contextLength);
  model.dispose();
});

test("is what loading then takes, for the context that is asked for", async () => {
  const half = await estimate(tinyPath, { ...here, contextLength: 128 });
  const full = await estimate(tinyPath, here);
  expect(half.contextLength).toBe(128);
  expect(full.memoryBytes).toBeGreaterThan(half.memoryBytes);
  const model = await load(tinyPath, here);
  const session = await model.createSession();
  await session.append(new Int32Array(full.contextLength).fill(5));
  const { heapBytes } = await model.memory();
  expect(full.memoryBytes / heapBytes).toBeGreaterThan(0.85);
  expect(full.memoryBytes / heapBytes).toBeLessThan(1.15);
  model.dispose();
});

test("reads the head of the file and no more than was under way", async () => {
  body = tiny;
  await estimate(url, here);
  expect(asked).toEqual([undefined]);
  expect(sent).toBeLessThan(tiny.length / 2);
});

test("keeps what it reads, as the beginning of the download", async () => {
  // A head of three chunks and some more.
  body = withTemplate(tiny, " ".repeat(3 << 20));
  const opfs = new FakeOpfs();
  setNavigator(opfs.navigator);
  const first = await estimate(url, here);
  expect(await listModels()).toMatchObject([{ url, bytes: 3 << 20, complete: false }]);
  expect(first.downloadBytes).toBe(body.length - (3 << 20));
  asked = [];
  const model = await load(url, here);
  expect(asked).toEqual([`bytes=${3 << 20}-`]);
  model.dispose();
  asked = [];
  expect(await estimate(url, here)).toMatchObject({ fileBytes: body.length, downloadBytes: 0 });
  expect(asked).toEqual([]);
});

test("says when the device has too little", async () => {
  setNavigator({ deviceMemory: 2 ** -10 });
  const { fits, reason } = await estimate(tinyPath, here);
  expect(fits).toBe(false);
  expect(reason).toMatch(/^It needs .* this device .*\.$/);
});

test("of what is no model", async () => {
  expect((await failure(() => estimate(tiny.subarray(4), here))).code).toBe("not-a-model");
  expect((await failure(() => estimate(tiny.subarray(0, 5000), here))).code).toBe("bad-file");
  expect((await failure(() => estimate(tinyPath, { ...here, contextLength: 0 }))).code).toBe("bad-argument");
});
