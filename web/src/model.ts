// A model as the caller holds it.

import { ChatTemplate } from "./chat.js";
import { type Client, withSignal } from "./client.js";
import { installDispose } from "./dispose.js";
import { OneheadError } from "./errors.js";
import { ClientGeneration } from "./generation.js";
import {
  checkGenerate,
  checkOptions,
  checkPrompt,
  checkTraceCall,
  encodeChecks,
  isKind,
  signalChecks,
} from "./options.js";
import type { Operation, Operations } from "./protocol.js";
import { ClientSession } from "./session.js";
import type {
  EncodeOptions,
  GenerateOptions,
  Generation,
  MemoryUse,
  Model,
  ModelInfo,
  Prompt,
  Score,
  ScoreOptions,
  Session,
  Tensor,
  Trace,
  TraceOptions,
  TraceTensor,
} from "./types.js";

export class ClientModel implements Model {
  declare readonly [Symbol.dispose]: () => void;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly info: ModelInfo;
  readonly #client: Client;
  readonly #template: ChatTemplate | undefined;

  constructor(client: Client, info: ModelInfo) {
    this.#client = client;
    this.info = info;
    this.#template = ChatTemplate.of(client, info);
    installDispose(
      this,
      () => this.dispose(),
      () => client.dispose(),
    );
  }

  async #ask<O extends Operation>(
    op: O,
    args: Operations[O]["args"],
    signal?: AbortSignal | undefined,
  ): Promise<Operations[O]["value"]> {
    signal?.throwIfAborted();
    const call = this.#client.call(op, args);
    return withSignal(call, signal, () => this.#abort(call.id));
  }

  #abort(target: number): void {
    this.#client.call("abort", { target, session: 0, position: 0 }).answer.catch(() => {});
  }

  generate(prompt: Prompt, options?: GenerateOptions): Generation {
    const { signal, ...wire } = checkGenerate(options, "generate");
    const checked = checkPrompt(prompt, this.info.vocabSize, "generate");
    return new ClientGeneration(signal, {
      start: (onTokens) => this.#client.call("generate", { ...wire, session: 0, prompt: checked }, { onTokens }),
      stop: (id) => this.#abort(id),
    });
  }

  async createSession(): Promise<Session> {
    return new ClientSession(this.#client, this.info, this.#template, await this.#ask("createSession", {}));
  }

  async restore(bytes: Uint8Array): Promise<Session> {
    if (!isKind(bytes, "Uint8Array")) {
      throw new OneheadError("bad-argument", "restore takes the Uint8Array that a session's save() gave.");
    }
    return new ClientSession(this.#client, this.info, this.#template, await this.#ask("restore", { bytes }));
  }

  async score(prompt: Prompt, continuations: readonly Prompt[], options?: ScoreOptions): Promise<Score[]> {
    const { signal } = checkOptions<ScoreOptions>(options, signalChecks, "score");
    const { vocabSize } = this.info;
    if (!Array.isArray(continuations)) {
      throw new OneheadError("bad-argument", "score: continuations must be a list of prompts.");
    }
    return this.#ask(
      "score",
      {
        prompt: checkPrompt(prompt, vocabSize, "score"),
        continuations: continuations.map((text: Prompt) => checkPrompt(text, vocabSize, "score")),
      },
      signal,
    );
  }

  async trace<const K extends TraceTensor = "attention">(
    prompt: Prompt,
    options: TraceOptions<K> & { signal?: AbortSignal | undefined } = {},
  ): Promise<Trace & { readonly [N in K]: Tensor }> {
    const { signal, ...checked } = checkTraceCall(prompt, options, this.info.vocabSize);
    // The engine gives exactly the included tensors.
    return (await this.#ask("trace", { session: 0, ...checked }, signal)) as Trace & {
      readonly [N in K]: Tensor;
    };
  }

  async encode(text: string, options?: EncodeOptions): Promise<Int32Array> {
    const { bos, special = false } = checkOptions<EncodeOptions>(options, encodeChecks, "encode");
    if (typeof text !== "string") throw new OneheadError("bad-argument", "encode takes a text.");
    return this.#ask("encode", { text, bos, special });
  }

  async decode(ids: readonly number[] | Int32Array): Promise<string> {
    const checked = checkPrompt(ids, this.info.vocabSize, "decode");
    if (typeof checked === "string") throw new OneheadError("bad-argument", "decode takes token ids.");
    return this.#ask("decode", { ids: checked });
  }

  memory(): Promise<MemoryUse> {
    return this.#ask("memory", {});
  }

  dispose(): void {
    void this.#client.dispose();
  }
}
