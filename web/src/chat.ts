// The chat template of a model, as its sessions use it: rendered in the caller's thread, by code that is loaded with
// the first conversation.

import type { Client } from "./client.js";
import { OneheadError } from "./errors.js";
import type { WireChat } from "./protocol.js";
import type { ChatMessage, ModelInfo } from "./types.js";

type Renderer = (messages: readonly ChatMessage[]) => WireChat;

export class ChatTemplate {
  readonly #client: Client;
  readonly #source: string;
  #renderer: Promise<Renderer> | undefined;

  private constructor(client: Client, source: string) {
    this.#client = client;
    this.#source = source;
  }

  /** Undefined for a model without a template. */
  static of(client: Client, info: ModelInfo): ChatTemplate | undefined {
    const source = info.metadata["tokenizer.chat_template"];
    return typeof source === "string" ? new ChatTemplate(client, source) : undefined;
  }

  async render(messages: readonly ChatMessage[]): Promise<WireChat> {
    this.#renderer ??= this.#load();
    this.#renderer.catch(() => {
      this.#renderer = undefined; // a second try starts afresh
    });
    return (await this.#renderer)(messages);
  }

  async #load(): Promise<Renderer> {
    const interpreter = import("./chat/render.js").catch((cause: unknown) => {
      throw new OneheadError(
        "network",
        `The interpreter of chat templates could not be loaded: ${(cause as Error).message}. Without a bundler, the page's import map must say where @huggingface/jinja lies.`,
        { cause },
      );
    });
    const [{ chatRenderer }, tokens] = await Promise.all([interpreter, this.#client.call("chatTokens", {}).answer]);
    return chatRenderer(this.#source, tokens);
  }
}
