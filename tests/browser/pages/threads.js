// The package with and without threads in this page. The server has the repository at its root.
import { load } from "/dist/index.js";
import { openPort } from "/dist/ports.js";
import { ThreadTeam } from "/dist/thread_pool.js";

const model = "/tests/data/stories260K.gguf";

window.threads = {
  /** What a load with these options of `runtime` comes to. */
  async story(runtime) {
    try {
      const loaded = await load(model, { runtime });
      const { text } = await loaded.generate("Once upon a time", { maxTokens: 80 }).result();
      const { threads, threadsReason, variant } = loaded.info;
      await loaded[Symbol.asyncDispose]?.();
      loaded.dispose();
      return { text, threads, threadsReason, variant };
    } catch ({ code, message }) {
      return { code, message };
    }
  },
  /** As many models at once. */
  several: (runtime, n) => Promise.all(Array.from({ length: n }, () => window.threads.story(runtime))),
  /** Disposes in the middle of a generation, again and again. */
  async disposeDuringSteps(runtime, times) {
    const codes = new Set();
    for (let i = 0; i < times; i++) {
      const loaded = await load(model, { runtime });
      const running = loaded.generate("Once upon a time").result();
      await loaded.generate("The cat", { maxTokens: 2 }).result();
      loaded.dispose();
      codes.add(
        await running.then(
          () => "none",
          ({ code }) => code,
        ),
      );
    }
    return [...codes];
  },
  /** The golden table in a worker of its own, with as many threads. */
  check(job) {
    const worker = new Worker("one_answer_worker.js", { type: "module" });
    let team;
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.result) resolve(data.result);
        else if (data.end) team.end();
        else {
          team = new ThreadTeam(openPort);
          team.start(data.places).then(() => worker.postMessage({ started: true }), reject);
        }
      };
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(job);
    }).finally(() => worker.terminate());
  },
};
