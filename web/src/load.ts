// load(): an engine, then the model in it.

import { ClientModel } from "./model.js";
import { checkLoad } from "./options.js";
import { withEngine } from "./start_engine.js";
import type { LoadOptions, Model } from "./types.js";

/**
 * Loads a GGUF model.
 *
 * @param source - an address (in Node also a path), a `Blob` or `File`, or the bytes of the file
 * @throws OneheadError by rejection; {@link ErrorCode} lists the codes
 * @example
 * ```ts
 * const model = await load("models/onehead-tiny.q8_0.gguf");
 * for await (const token of model.generate("Once upon a time", { maxTokens: 40 })) out.append(token.text);
 * model.dispose();
 * ```
 */
export async function load(
  source: string | URL | Blob | ArrayBuffer | Uint8Array,
  options?: LoadOptions,
): Promise<Model> {
  return withEngine(source, checkLoad(options, "load"), async (engine, args, more) => {
    const { client, variant } = engine;
    return new ClientModel(client, { ...(await client.call("load", args, more).answer), variant });
  });
}
