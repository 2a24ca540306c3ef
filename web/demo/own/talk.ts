// Runs the model for the chat and for the text box: one session, one generation at a time.

import type { ChatMessage, Generation, Model, Result, Session } from "onehead";
import type { Chat, Turn } from "./chat";
import type { Continuer } from "./continuer";
import { type Settings, TOP_P } from "./settings";
import type { Study } from "./study";
import { explain } from "./words";

const ENDS: Partial<Record<Result["finishReason"], string>> = {
  maxTokens: "Stopped at the longest answer that the settings allow.",
  context: "The context is full. Begin anew, or load the model with a larger context.",
};

abstract class Talk {
  readonly model: Model;
  readonly study: Study;
  protected session: Session | undefined;
  #running: AbortController | undefined;
  /** Counts texts begun, so that what is left of an earlier one says nothing any more. */
  protected text = 0;

  constructor(model: Model, study: Study) {
    this.model = model;
    this.study = study;
  }

  protected async open(): Promise<Session> {
    if (this.session === undefined) {
      this.session = await this.model.createSession();
      this.study.reset(this.session);
    }
    return this.session;
  }

  protected close(): void {
    this.text++;
    this.#running?.abort();
    this.session?.dispose();
    this.session = undefined;
    this.study.reset(undefined);
  }

  stop(): void {
    this.#running?.abort();
  }

  dispose(): void {
    this.#running?.abort();
    this.study.stop();
  }

  /** Streams a generation; gives what to say about its end, nothing if it ended by itself. */
  protected async run(
    begin: (session: Session, signal: AbortSignal) => Promise<Generation> | Generation,
    onText: (text: string) => void,
  ): Promise<string | undefined> {
    const own = new AbortController();
    this.#running = own;
    const { text } = this;
    let timings: Result["timings"] | undefined;
    let remark: string | undefined;
    try {
      const session = await this.open();
      await this.study.startWriting();
      own.signal.throwIfAborted();
      const generation = await begin(session, own.signal);
      let length = 0;
      for await (const token of generation) {
        length += token.text.length;
        onText(token.text);
        this.study.take(token);
      }
      const result = await generation.result();
      onText(result.text.slice(length)); // characters that never became whole
      timings = result.timings;
      remark = ENDS[result.finishReason];
    } catch (error) {
      remark = own.signal.aborted ? "Stopped." : explain(error);
    }
    if (this.#running === own) this.#running = undefined;
    if (this.text === text) void this.study.rest(timings);
    return remark;
  }

  protected sampling({ temperature, seed, maxTokens }: Settings) {
    return { temperature, topP: TOP_P, seed, maxTokens, ...this.study.recording };
  }
}

/** The conversation as the model's template takes it. */
export function messagesOf(turns: readonly Turn[], system: string): ChatMessage[] {
  const said = turns.filter(({ unanswered }) => !unanswered).map(({ role, text }) => ({ role, content: text }));
  return system.trim() === "" ? said : [{ role: "system", content: system.trim() }, ...said];
}

export class Conversation extends Talk {
  readonly #view: Chat;

  constructor(model: Model, study: Study, view: Chat) {
    super(model, study);
    this.#view = view;
  }

  async say(text: string): Promise<void> {
    const view = this.#view;
    const { settings } = view;
    const before = view.turns;
    const question = { role: "user", text } as const;
    const messages = messagesOf([...before, question], settings.system);
    let answer = "";
    const { text: current } = this;
    const show = (open: boolean, remark?: string) => {
      if (this.text !== current) return;
      const unanswered = !open && answer === "";
      view.turns = [
        ...before,
        { ...question, unanswered },
        { role: "assistant", text: answer, open, unanswered, ...(remark && { remark }) },
      ];
      view.busy = open;
    };
    show(true);
    const remark = await this.run(
      (session, signal) => session.chat(messages, { ...this.sampling(settings), signal }),
      (piece) => {
        answer += piece;
        show(true);
      },
    );
    show(false, remark);
  }

  /** A new conversation with the same model. */
  begin(): void {
    this.close();
    this.#view.turns = [];
    this.#view.busy = false;
  }
}

export class Continuation extends Talk {
  readonly #view: Continuer;

  constructor(model: Model, study: Study, view: Continuer) {
    super(model, study);
    this.#view = view;
  }

  /** `text`: what to continue; undefined goes on where the last continuation ended. */
  async go(text: string | undefined): Promise<void> {
    const view = this.#view;
    const { settings } = view;
    const given = text ?? view.written?.given ?? "";
    let added = text === undefined ? (view.written?.added ?? "") : "";
    const show = (busy: boolean, remark?: string) => {
      view.written = { given, added, remark };
      view.busy = busy;
    };
    show(true);
    const remark = await this.run(
      async (session, signal) => {
        const options = { ...this.sampling(settings), signal };
        if (text === undefined) return session.generate("", options);
        return session.generate(await this.#unread(session, text), options);
      },
      (piece) => {
        added += piece;
        show(true);
      },
    );
    show(false, remark);
  }

  /** The tokens of a text that the session does not hold yet; what it holds besides is forgotten. */
  async #unread(session: Session, text: string): Promise<Int32Array> {
    const ids = await this.model.encode(text);
    const { tokens } = this.study.passage;
    let common = 0;
    while (common < ids.length - 1 && common < session.position && ids[common] === tokens[common]?.id) common++;
    await session.rewind(common);
    this.study.passage.cut(common);
    return ids.slice(common);
  }
}
