// A session as the caller holds it: the engine's session, its position as last heard of, and one call at a time.

import type { ChatTemplate } from "./chat.js";
import { type Client, withSignal } from "./client.js";
import { installDispose } from "./dispose.js";
import { OneheadError } from "./errors.js";
import { ClientGeneration } from "./generation.js";
import { checkGenerate, checkMessages, checkOptions, checkPrompt, checkTraceCall, signalChecks } from "./options.js";
import type { Operations, SessionState, WireChat } from "./protocol.js";
import type {
  ChatMessage,
  GenerateOptions,
  Generation,
  ModelInfo,
  Prompt,
  Session,
  Tensor,
  Trace,
  TraceOptions,
  TraceTensor,
} from "./types.js";

export class ClientSession implements Session {
  declare readonly [Symbol.dispose]: () => void;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly #client: Client;
  readonly #info: ModelInfo;
  readonly #session: number;
  #state: SessionState;
  #disposed = false;
  /** The running call: ends it with an error. */
  #running: ((error: unknown) => void) | undefined;
  /** Counts calls, so that a generation knows whether anything came after it. */
  #turn = 0;
  readonly #template: ChatTemplate | undefined;

  constructor(
    client: Client,
    info: ModelInfo,
    template: ChatTemplate | undefined,
    opened: SessionState & { session: number },
  ) {
    this.#client = client;
    this.#info = info;
    this.#template = template;
    this.#session = opened.session;
    this.#state = opened;
    installDispose(
      this,
      () => this.dispose(),
      async () => this.dispose(),
    );
  }

  get position(): number {
    return this.#state.position;
  }

  get kvBytes(): number {
    return this.#state.kvBytes;
  }

  #requireFree(): void {
    if (this.#disposed || this.#client.isGone) {
      throw new OneheadError("disposed", "The session was disposed.");
    }
    if (this.#running) {
      throw new OneheadError(
        "busy",
        "The session is busy with another call: wait for it, abort it, or fork the session.",
      );
    }
  }

  async #exclusive<T>(call: { answer: Promise<T>; drop(error: unknown): void }, settle: Promise<T>): Promise<T> {
    ++this.#turn;
    this.#running = call.drop;
    try {
      return await settle;
    } finally {
      if (this.#running === call.drop) this.#running = undefined;
    }
  }

  async append(prompt: Prompt, options?: { signal?: AbortSignal | undefined }): Promise<void> {
    const { signal } = checkOptions(options, signalChecks, "append");
    const checked = checkPrompt(prompt, this.#info.vocabSize, "append");
    signal?.throwIfAborted();
    this.#requireFree();
    const session = this.#session;
    const { position } = this.#state;
    const call = this.#client.call("append", { session, prompt: checked });
    const settled = withSignal(call, signal, () => this.#abort(call.id, position));
    this.#state = await this.#exclusive(call, settled);
  }

  #abort(target: number, position: number): void {
    this.#state = { ...this.#state, position };
    this.#running = undefined;
    const turn = this.#turn;
    this.#client.call("abort", { target, session: this.#session, position }).answer.then(
      (state) => {
        if (turn === this.#turn) this.#state = state;
      },
      () => {}, // the model is gone, and everybody has been told
    );
  }

  generate(prompt: Prompt, options?: GenerateOptions): Generation {
    const checked = checkGenerate(options, "generate");
    return this.#generate(checked, checkPrompt(prompt, this.#info.vocabSize, "generate"));
  }

  chat(messages: readonly ChatMessage[], options?: GenerateOptions): Generation {
    const checked = checkGenerate(options, "chat");
    const conversation = checkMessages(messages);
    const template = this.#template;
    if (!template) {
      throw new OneheadError(
        "no-chat-template",
        "This model file has no chat template: it continues texts. Use generate, with a prompt that the answer continues.",
      );
    }
    return this.#generate(checked, () => template.render(conversation));
  }

  #generate(
    { signal, ...wire }: ReturnType<typeof checkGenerate>,
    given: string | Int32Array | (() => Promise<WireChat>),
  ): Generation {
    const begin = this.#state.position;
    let turn = -1;
    let prompt: Operations["generate"]["args"]["prompt"] = typeof given === "function" ? "" : given;
    /** Holds the session while a prompt is made. */
    let held: ((reason: unknown) => void) | undefined;
    const letGo = () => {
      if (held && this.#running === held) this.#running = undefined;
    };
    return new ClientGeneration(signal, {
      ...(typeof given === "function" && {
        prepare: async (cancel) => {
          this.#requireFree();
          this.#running = held = cancel;
          prompt = await given();
        },
        giveUp: letGo,
      }),
      start: (onTokens) => {
        letGo();
        this.#requireFree();
        turn = ++this.#turn;
        const call = this.#client.call(
          "generate",
          { ...wire, session: this.#session, prompt },
          {
            onTokens: (tokens, state) => {
              this.#state = state;
              onTokens(tokens);
            },
          },
        );
        this.#running = call.drop;
        const free = () => {
          if (this.#running === call.drop) this.#running = undefined;
        };
        call.answer.then(({ state }) => {
          if (turn === this.#turn) this.#state = state;
          free();
        }, free);
        return call;
      },
      stop: (target, delivered) => {
        if (turn === this.#turn && !this.#disposed) this.#abort(target, delivered ?? begin);
      },
    });
  }

  async trace<const K extends TraceTensor = "attention">(
    prompt: Prompt,
    options: TraceOptions<K> & { signal?: AbortSignal | undefined } = {},
  ): Promise<Trace & { readonly [N in K]: Tensor }> {
    const { signal, ...checked } = checkTraceCall(prompt, options, this.#info.vocabSize);
    signal?.throwIfAborted();
    this.#requireFree();
    const call = this.#client.call("trace", { session: this.#session, ...checked });
    const end = () => {
      this.#client.call("abort", { target: call.id, session: 0, position: 0 }).answer.catch(() => {});
    };
    // The engine gives exactly the included tensors.
    return (await this.#exclusive(call, withSignal(call, signal, end))) as Trace & { readonly [N in K]: Tensor };
  }

  async rewind(position: number): Promise<void> {
    this.#requireFree();
    if (!Number.isSafeInteger(position) || position < 0 || position > this.position) {
      throw new OneheadError(
        "bad-argument",
        `rewind: the position must be a whole number from 0 to ${this.position}, where the session stands.`,
      );
    }
    const call = this.#client.call("rewind", { session: this.#session, position });
    this.#state = await this.#exclusive(call, call.answer);
  }

  async save(): Promise<Uint8Array> {
    this.#requireFree();
    const call = this.#client.call("save", { session: this.#session });
    return this.#exclusive(call, call.answer);
  }

  async fork(): Promise<Session> {
    this.#requireFree();
    const call = this.#client.call("fork", { session: this.#session });
    const opened = await this.#exclusive(call, call.answer);
    return new ClientSession(this.#client, this.#info, this.#template, opened);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#running?.(new OneheadError("disposed", "The session was disposed."));
    this.#running = undefined;
    this.#client.call("freeSession", { session: this.#session }).answer.catch(() => {});
  }
}
