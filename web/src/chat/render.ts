// A conversation as the text that the model's own template makes of it. Loaded when somebody chats for the first
// time: pages that do not never fetch the template interpreter.

import type { ChatTokens } from "../protocol.js";
import type { ChatMessage } from "../types.js";
import { type BrokenText, Marker } from "./literal.js";
import { compileTemplate } from "./template.js";

/** Gives a function from a conversation to its text, up to where the answer begins. Throws `template-failed`. */
export function chatRenderer(source: string, { bos, eos, control }: ChatTokens) {
  const template = compileTemplate(source);
  return (messages: readonly ChatMessage[]): BrokenText => {
    const marker = new Marker(control, [source, ...messages.map(({ content }) => content)]);
    const marked = messages.map(({ role, content }) => ({ role, content: marker.protect(content) }));
    return marker.unmark(template({ messages: marked, add_generation_prompt: true, bos_token: bos, eos_token: eos }));
  };
}
