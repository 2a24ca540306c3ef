// Small models for the page's other side, made of the committed one: with a chat template, of an unknown kind, and what
// is no model at all. They are written into a folder that the test server serves.
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withTemplate } from "../../web/with_template.js";

/** Five of six layers see a window of 24 positions. */
const windowed = fileURLToPath(new URL("../../goldens/models/gemma3-3x1-f16.gguf", import.meta.url));
const stories = fileURLToPath(new URL("../../data/stories260K.gguf", import.meta.url));

export const chatTemplate =
  "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:";

/** The folder and its files; `remove` deletes it. */
export async function ownModels() {
  const folder = await mkdtemp(join(tmpdir(), "onehead-own-"));
  const file = await readFile(stories);
  const chat = withTemplate(file, chatTemplate);
  const unknown = Buffer.from(file);
  // The architecture's name, at its value and in every key that begins with it: an unknown one of the same length.
  for (let at = unknown.indexOf("llama"); at >= 0 && at < 4096; at = unknown.indexOf("llama", at + 1)) {
    unknown.write("zebra", at);
  }
  await writeFile(join(folder, "stories.gguf"), file);
  await writeFile(join(folder, "chat.gguf"), chat);
  await copyFile(windowed, join(folder, "windowed.gguf"));
  await writeFile(join(folder, "unknown.gguf"), unknown);
  await writeFile(join(folder, "cut.gguf"), file.subarray(0, file.length / 2));
  await writeFile(join(folder, "notes.gguf"), "Milk, bread, a pound of cheese.\n");
  return {
    folder,
    file,
    chat,
    windowed: await readFile(windowed),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
