// Models kept in this browser's private file system. The server has the repository at its root.
import { load } from "/dist/index.js";
import { listModels, removeModel } from "/dist/storage.js";

const url = new URL("/model.gguf", location.href).href;

window.store = {
  /** Loads, answers a little, and disposes. */
  async visit(options) {
    const model = await load(url, options);
    const { storage, storageReason = "" } = model.info;
    const { text } = await model.generate("The cat", { maxTokens: 8 }).result();
    await model[Symbol.asyncDispose ?? "dispose"]();
    return { storage, storageReason, text };
  },
  /** Begins to load and leaves it at that. */
  begin: () =>
    new Promise((resolve) => {
      load(url, { onProgress: ({ phase, loaded }) => phase === "model" && loaded > 2 << 20 && resolve(loaded) });
    }),
  pair: () => Promise.all([window.store.visit(), window.store.visit()]),
  async list() {
    return (await listModels()).map(({ url, bytes, complete }) => ({ path: new URL(url).pathname, bytes, complete }));
  },
  remove: () => removeModel(url),
  /** Changes one byte of the kept file. */
  async damage(position) {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("onehead");
    for await (const file of folder.values()) {
      if (!file.name.endsWith(".gguf")) continue;
      const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
      bytes[position] ^= 0x10;
      const stream = await file.createWritable();
      await stream.write(bytes);
      await stream.close();
    }
  },
};
