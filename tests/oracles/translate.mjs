// Translations by the package as a developer uses it, sixteen side by side (they share the engine's steps).

import { readFile } from "node:fs/promises";
import { load } from "../../dist/index.js";
import { translate } from "../../dist/tasks/index.js";
import { shippedModel } from "./support.mjs";

export async function translateAll(sentences, { atOnce = 16, ...options } = {}) {
  const model = await load(new Uint8Array(await readFile(shippedModel)), { runtime: { worker: false } });
  const out = new Array(sentences.length);
  let next = 0;
  const lane = async () => {
    while (next < sentences.length) {
      const i = next++;
      out[i] = (await translate(model, sentences[i], options).result()).text;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  model.dispose();
  return out;
}
