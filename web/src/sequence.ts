// One sequence in the engine: its tokens, and how many of them its K/V cache holds. The last token may be pending:
// chosen, delivered, and not read by the model yet.

import { Conversation } from "./conversation.js";
import type { Engine } from "./engine.js";
import type { SessionState } from "./protocol.js";
import { joinNotes, splitNotes } from "./saved_chat.js";

export class Sequence {
  readonly ids: number[] = [];
  conversation = new Conversation();
  readonly handle: number;
  /** The running job, which nobody else may disturb. */
  job: object | undefined;
  readonly #engine: Engine;

  private constructor(engine: Engine, handle: number) {
    this.#engine = engine;
    this.handle = handle;
  }

  static create(engine: Engine): Sequence {
    return new Sequence(
      engine,
      engine.handle((raw) => raw.createSession()),
    );
  }

  /** From what {@link save} gave. */
  static restore(engine: Engine, bytes: Uint8Array): Sequence {
    const { session, notes } = splitNotes(bytes);
    const conversation = Conversation.from(notes);
    const { handle, ids } = engine.restoreSession(session);
    const sequence = new Sequence(engine, handle);
    for (const id of ids) sequence.ids.push(id);
    conversation.truncate(ids.length);
    sequence.conversation = conversation;
    return sequence;
  }

  save(): Uint8Array {
    const bytes = this.#engine.saveSession(this.handle, this.ids.slice(this.cached));
    const { notes } = this.conversation;
    return notes === undefined ? bytes : joinNotes(bytes, notes);
  }

  /** Takes the memory to grow to this position, so that the steps up to there need none. */
  reserve(position: number): void {
    this.#engine.check((raw) => raw.reserveSession(this.handle, position));
  }

  fork(): Sequence {
    const copy = new Sequence(
      this.#engine,
      this.#engine.handle((raw) => raw.forkSession(this.handle)),
    );
    for (const id of this.ids) copy.ids.push(id);
    copy.conversation = this.conversation.copy();
    return copy;
  }

  /** Tokens whose K and V are in the cache. */
  get cached(): number {
    return this.#engine.call((raw) => raw.sessionPosition(this.handle));
  }

  /**
   * Forgets everything from `position` on. Where layers with a window have let go of what they would need there, the
   * cache forgets all, and the tokens up to `position` are read again before whatever comes next.
   */
  truncate(position: number): void {
    if (position < this.cached) {
      this.#engine.check((raw) => raw.rewindSession(this.handle, position));
    }
    this.ids.length = Math.min(this.ids.length, position);
    this.conversation.truncate(position);
  }

  /** An answer has ended early: what stands of it belongs to the conversation, if it ends with a whole character. */
  endAnswer(): void {
    const begin = this.conversation.answerBegin;
    if (begin === undefined || begin === this.ids.length) return;
    const text = this.#engine.wholeText(this.ids.slice(begin));
    if (text !== undefined) this.conversation.answered(text, this.ids.length);
  }

  /** Has the last token read again where nothing is pending, so that it gives logits. */
  uncacheLast(): void {
    if (this.cached === this.ids.length && this.ids.length > 0) {
      this.#engine.check((raw) => raw.rewindSession(this.handle, this.ids.length - 1));
    }
  }

  get state(): SessionState {
    return {
      position: this.ids.length,
      kvBytes: this.#engine.call((raw) => raw.sessionKvBytes(this.handle)),
    };
  }

  free(): void {
    if (!this.#engine.isDead) this.#engine.check((raw) => raw.freeSession(this.handle));
  }
}
