// onehead through its public functions; the same code runs in a page and in Node. Times are milliseconds.

const now = () => performance.now();

export function onehead(load, text) {
  let model = null;
  let ids = null;

  /** Tokens of real text, so that no end token comes. */
  const some = (count, begin = 0) => {
    if (begin + count > ids.length) throw new Error(`the text has only ${ids.length} tokens`);
    return ids.slice(begin, begin + count);
  };

  async function greedy(session, prompt, steps) {
    let first = 0;
    let count = 0;
    for await (const _ of session.generate(prompt, { maxTokens: steps })) {
      count++;
      if (count === 1) first = now();
    }
    const ms = now() - first;
    if (count < steps / 2) throw new Error(`only ${count} of ${steps} tokens came`);
    return { steps: count - 1, ms };
  }

  return {
    /** From the bytes at hand, which `source()` gives, to the model, and to its first token. */
    async open(source, options) {
      const start = now();
      model = await load(await source(), options);
      const loaded = now() - start;
      for await (const _ of model.generate("The war", { maxTokens: 1 })) break;
      const firstToken = now() - start;
      ids = [...(await model.encode(text))];
      const { variant, threads, intDot, parameterCount, fileBytes } = model.info;
      return { loaded, firstToken, variant, threads, intDot, parameterCount, fileBytes };
    },

    /** Reads `length` tokens into an empty session. */
    async prefill(length, begin = 0) {
      const session = await model.createSession();
      const prompt = some(length, begin);
      const start = now();
      await session.append(prompt);
      const ms = now() - start;
      session.dispose();
      return { tokens: length, ms };
    },

    /** Greedy steps after `context` tokens. */
    async decode(context, steps, begin = 0) {
      const session = await model.createSession();
      const prompt = some(context, begin);
      await session.append(prompt.slice(0, -1));
      const result = await greedy(session, prompt.slice(-1), steps);
      session.dispose();
      return { context, ...result };
    },

    /** Greedy steps of several sequences side by side, from different places of the text. */
    async atOnce(sequences, context, steps) {
      const sessions = [];
      for (let i = 0; i < sequences; i++) {
        sessions.push(await model.createSession());
        await sessions[i].append(some(context - 1, i * 100));
      }
      const start = now();
      const parts = await Promise.all(
        sessions.map((session, i) => greedy(session, some(1, i * 100 + context - 1), steps)),
      );
      const ms = now() - start;
      for (const session of sessions) session.dispose();
      return { sequences, tokens: parts.reduce((sum, part) => sum + part.steps + 1, 0), ms };
    },

    /** Bytes of WebAssembly memory with one session at `context`, and those of its K/V. */
    async memory(context) {
      const session = await model.createSession();
      await session.append(some(context));
      const { wasmBytes } = await model.memory();
      const { kvBytes } = session;
      session.dispose();
      return { wasmBytes, kvBytes };
    },

    async close() {
      model?.dispose();
      model = null;
    },
  };
}
