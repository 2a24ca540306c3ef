// A conversation in this page, without a bundler. The server has the repository at its root.
import { load } from "/dist/index.js";
import { withTemplate } from "/tests/web/with_template.js";

window.talk = async (template, messages) => {
  const response = await fetch("/tests/data/stories260K.gguf");
  const model = await load(withTemplate(new Uint8Array(await response.arrayBuffer()), template));
  const session = await model.createSession();
  const first = await session.chat(messages, { maxTokens: 20 }).result();
  const second = await session
    .chat([...messages, { role: "assistant", content: first.text }, messages[0]], { maxTokens: 20 })
    .result();
  model.dispose();
  return [first, second].map(({ text, usage }) => ({ text, usage }));
};
