// A saved session with what it knows of its conversation, so that a restored one, too, reads only what is new:
//
//   session, as the engine wrote it   notes, JSON in UTF-8   their length u32   their checksum u32   magic [8]
//
// Numbers are little-endian. A session without a conversation is the engine's bytes alone, which begin with another
// magic and end with a seal of their own.

import { checksum } from "./checksum.js";
import { OneheadError } from "./errors.js";

const kMagic = new TextEncoder().encode("1hchat01");
const kFootBytes = 8 + kMagic.length;

export function joinNotes(session: Uint8Array, notes: unknown): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(notes));
  const bytes = new Uint8Array(session.length + text.length + kFootBytes);
  bytes.set(session);
  bytes.set(text, session.length);
  const foot = new DataView(bytes.buffer, bytes.length - kFootBytes);
  foot.setUint32(0, text.length, true);
  foot.setUint32(4, checksum(text), true);
  bytes.set(kMagic, bytes.length - kMagic.length);
  return bytes;
}

/** `notes` is undefined where there are none. Throws `bad-session` where they are damaged. */
export function splitNotes(bytes: Uint8Array): { session: Uint8Array; notes: unknown } {
  const end = bytes.length - kFootBytes;
  const marked = end >= 0 && kMagic.every((byte, i) => bytes[end + 8 + i] === byte);
  if (!marked) return { session: bytes, notes: undefined };
  const foot = new DataView(bytes.buffer, bytes.byteOffset + end);
  const begin = end - foot.getUint32(0, true);
  const text = bytes.slice(Math.max(0, begin), end);
  if (begin < 0 || checksum(text) !== foot.getUint32(4, true)) throw damagedNotes();
  return { session: bytes.subarray(0, begin), notes: parse(text) };
}

function parse(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw damagedNotes(); // a stranger may have written them, checksum and all
  }
}

export const damagedNotes = (): OneheadError =>
  new OneheadError("bad-session", "The saved session is damaged: what it says of its conversation cannot be read.");
