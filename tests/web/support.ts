// What the suites share: model files and helpers. The engine is the real one, built into dist/.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type LoadOptions, load, type Model, type OneheadError } from "onehead";
import { afterEach, expect } from "vitest";

const repo = new URL("../../", import.meta.url);
export const path = (name: string) => fileURLToPath(new URL(name, repo));
export const read = (name: string) => new Uint8Array(readFileSync(path(name)));

export const stories = path("tests/data/stories260K.gguf");
export const tiny = path("models/onehead-tiny/onehead-tiny.q8_0.gguf");
/** A model of one task. */
export const translator = path("models/onehead-twins/h8-g1.q8_0.gguf");

/** The engine in this thread: starts faster than a worker and gives the same bits. */
export const here = { runtime: { worker: false } } satisfies LoadOptions;

const open: Model[] = [];

/** Loads, and disposes after the test. */
export async function loaded(
  source: Parameters<typeof load>[0] = stories,
  options: LoadOptions = here,
): Promise<Model> {
  const model = await load(source, options);
  open.push(model);
  return model;
}

afterEach(() => {
  for (const model of open.splice(0)) model.dispose();
});

/** The code and sentence of the OneheadError that `run` ends with. */
export async function failure(run: () => unknown): Promise<{ code: string; message: string }> {
  try {
    await run();
  } catch (error) {
    // By name: the sources' class is another than the built package's.
    expect(error).toMatchObject({ name: "OneheadError" });
    const { code, message } = error as OneheadError;
    expect(message).toMatch(/^[A-Z/.\w].{15,}\.$/s);
    return { code, message };
  }
  throw new Error("nothing was thrown");
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
