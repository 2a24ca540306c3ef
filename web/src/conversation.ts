// What a session knows of the conversation that its tokens came from, so that the next turn reads only what is new.
// The model's own words are kept as the tokens it chose: cut again, their text could give others.

import type { Engine } from "./engine.js";
import type { WireChat } from "./protocol.js";
import { damagedNotes } from "./saved_chat.js";

/** So many UTF-16 units of the conversation's text are so many tokens of the session. */
interface Anchor {
  length: number;
  position: number;
}

export interface Turn {
  /** Tokens of the session that stay. */
  keep: number;
  /** What is to be read after them. */
  ids: Int32Array;
}

export class Conversation {
  #chat: WireChat = { text: "", breaks: [] };
  #anchors: Anchor[] = [];
  #answerBegin: number | undefined;

  copy(): Conversation {
    const copy = new Conversation();
    copy.#chat = this.#chat;
    copy.#anchors = [...this.#anchors];
    copy.#answerBegin = this.#answerBegin;
    return copy;
  }

  /** For a saved session; undefined where there is nothing to note. */
  get notes(): unknown {
    if (this.#anchors.length === 0) return undefined;
    return { ...this.#chat, anchors: this.#anchors.map(({ length, position }) => [length, position]) };
  }

  /** From {@link notes}, which a stranger may have written. Throws `bad-session`. */
  static from(notes: unknown): Conversation {
    const conversation = new Conversation();
    if (notes === undefined) return conversation;
    const { text, breaks, anchors } = (notes ?? {}) as { text: unknown; breaks: unknown; anchors: unknown };
    if (typeof text !== "string" || !Array.isArray(anchors) || !anchors.every(Array.isArray)) throw damagedNotes();
    if (!isAscending(breaks, text.length)) throw damagedNotes();
    const [lengths, positions] = [0, 1].map((i) => anchors.map((anchor) => anchor[i]));
    if (!isAscending(lengths, text.length) || !isAscending(positions, Number.MAX_SAFE_INTEGER)) throw damagedNotes();
    conversation.#chat = { text, breaks };
    conversation.#anchors = anchors.map(([length, position]) => ({ length, position }));
    return conversation;
  }

  /** What of the session's tokens serves a conversation, and what it has to read. */
  plan(engine: Engine, chat: WireChat, ids: readonly number[]): Turn {
    const anchor = this.#lastShared(chat);
    const after = anchor && this.#encodeAfter(engine, chat, anchor);
    const begin = after ? anchor.position : 0;
    const rest = after ?? encodeWhole(engine, chat);
    let n = 0;
    while (n < rest.length && rest[n] === ids[begin + n]) ++n;
    return { keep: begin + n, ids: rest.subarray(n) };
  }

  #lastShared(chat: WireChat): Anchor | undefined {
    const shared = commonLength(this.#chat, chat);
    return this.#anchors.filter(({ length }) => length <= shared).at(-1);
  }

  /** Undefined where text goes on within a word, whose tokens depend on what is before it. */
  #encodeAfter(engine: Engine, { text, breaks }: WireChat, { length }: Anchor): Int32Array | undefined {
    const ids = engine.encodeBroken(
      text.slice(length),
      breaks.filter((place) => place > length).map((place) => place - length),
    );
    const [first] = ids;
    return first === undefined || engine.isControl(first) || engine.isEnd(first) ? ids : undefined;
  }

  /** Position where an answer begins that has not come to its end. */
  get answerBegin(): number | undefined {
    return this.#answerBegin;
  }

  /** The session now holds the conversation up to where the answer begins. */
  asked(chat: WireChat, position: number): void {
    const shared = commonLength(this.#chat, chat);
    this.#anchors = this.#anchors.filter((anchor) => anchor.length <= shared && anchor.position < position);
    this.#chat = chat;
    this.#anchors.push({ length: chat.text.length, position });
    this.#answerBegin = position;
  }

  /** And an answer after it, to its last token. */
  answered(text: string, position: number): void {
    this.#chat = { text: this.#chat.text + text, breaks: this.#chat.breaks };
    this.#anchors.push({ length: this.#chat.text.length, position });
    this.#answerBegin = undefined;
  }

  /** The session has let go of its tokens from `position` on. */
  truncate(position: number): void {
    this.#anchors = this.#anchors.filter((anchor) => anchor.position <= position);
    if (this.#answerBegin !== undefined && this.#answerBegin > position) this.#answerBegin = undefined;
  }
}

const isAscending = (list: unknown, most: number): list is number[] =>
  Array.isArray(list) &&
  list.every((value, i) => Number.isSafeInteger(value) && value >= (list[i - 1] ?? 0) && value <= most);

function encodeWhole(engine: Engine, { text, breaks }: WireChat): Int32Array {
  const ids = engine.encodeBroken(text, breaks);
  const { bosId } = engine.info();
  const addsBos = engine.encode("", undefined, false)[0] === bosId;
  // Many templates write the beginning of the text themselves.
  return addsBos && ids[0] !== bosId ? Int32Array.of(bosId, ...ids) : ids;
}

/** Where two texts or their breaks part. */
function commonLength(a: WireChat, b: WireChat): number {
  const n = Math.min(a.text.length, b.text.length);
  let length = 0;
  while (length < n && a.text.charCodeAt(length) === b.text.charCodeAt(length)) ++length;
  for (let i = 0; i < Math.max(a.breaks.length, b.breaks.length); ++i) {
    const [x, y] = [a.breaks[i] ?? Number.POSITIVE_INFINITY, b.breaks[i] ?? Number.POSITIVE_INFINITY];
    if (x !== y) return Math.min(length, x, y);
  }
  return length;
}
