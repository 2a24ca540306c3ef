// How rows of many jobs become passes: pure bookkeeping, so the engine here only counts.

import { expect, test } from "vitest";
import type { Engine } from "../../web/src/engine.js";
import { OneheadError } from "../../web/src/errors.js";
import { type Job, Scheduler } from "../../web/src/scheduler.js";
import type { Sequence } from "../../web/src/sequence.js";

const kMaxRows = 8;
const kPoison = 666;

/** Passes as lists of [session, token]; a pass with the poison token fails and moves nobody. */
class CountingEngine {
  readonly passes: [number, number][][] = [];
  readonly cached = new Map<number, number>();
  readonly #rows: Int32Array;
  readonly #raw = {
    maxRows: () => this.#rows.length / 4,
    rows: () => this.#rows,
    forward: (n: number) => {
      const rows = Array.from({ length: n }, (_, i): [number, number] => [this.#rows[4 * i]!, this.#rows[4 * i + 1]!]);
      this.passes.push(rows);
      if (rows.some(([, token]) => token === kPoison)) return 1;
      for (const [session] of rows) this.cached.set(session, (this.cached.get(session) ?? 0) + 1);
      return 0;
    },
  };
  constructor(maxRows: number) {
    this.#rows = new Int32Array(4 * maxRows);
  }
  call<T>(run: (raw: unknown) => T): T {
    return run(this.#raw);
  }
  check(run: (raw: unknown) => number): void {
    if (run(this.#raw) !== 0) throw new OneheadError("non-finite", "poison");
  }
}

/** Reads its tokens, then makes `nMore` of its own, one a pass. */
class CountingJob implements Job {
  readonly nCandidates = 0;
  readonly tap = undefined;
  readonly sequence: Sequence;
  readonly done: Promise<string>;
  #end: (how: string) => void = () => {};
  #nMore: number;

  constructor(engine: CountingEngine, handle: number, ids: number[], nMore = 0) {
    const cached = () => engine.cached.get(handle) ?? 0;
    this.sequence = {
      ids,
      handle,
      get cached() {
        return cached();
      },
    } as unknown as Sequence;
    this.#nMore = nMore;
    this.done = new Promise((resolve) => {
      this.#end = resolve;
    });
  }
  flags = () => 0;
  target = () => 0;
  accept(): void {}
  flush(): void {}
  advance(): boolean {
    if (this.sequence.cached < this.sequence.ids.length) return false;
    if (this.#nMore-- > 0) this.sequence.ids.push(1);
    else this.#end("done");
    return this.sequence.cached === this.sequence.ids.length;
  }
  fail(error: unknown): void {
    this.#end((error as OneheadError).code);
  }
}

function start(maxRows = kMaxRows) {
  const engine = new CountingEngine(maxRows);
  const mailbox = { look: () => new Promise<void>((resolve) => setImmediate(resolve)), close() {} };
  return { engine, scheduler: new Scheduler(engine as unknown as Engine, mailbox) };
}

test("a prompt goes in chunks that fit, in order, each token once", async () => {
  const { engine, scheduler } = start();
  const ids = Array.from({ length: 37 }, (_, i) => i);
  const job = new CountingJob(engine, 0, [...ids]);
  scheduler.add(job);
  expect(await job.done).toBe("done");
  expect(engine.passes.flat().map(([, token]) => token)).toEqual(ids);
  for (const pass of engine.passes) expect(pass.length).toBeLessThanOrEqual(kMaxRows);
});

test("jobs that generate share every pass", async () => {
  const { engine, scheduler } = start();
  const jobs = [0, 1, 2].map((handle) => new CountingJob(engine, handle, [1], 10));
  for (const job of jobs) scheduler.add(job);
  await Promise.all(jobs.map((job) => job.done));
  const together = engine.passes.filter((pass) => pass.length === 3);
  expect(together.length).toBeGreaterThan(9);
});

test("more of them than rows take turns, and a prompt is read beside them", async () => {
  const { engine, scheduler } = start();
  const jobs = Array.from({ length: 12 }, (_, handle) => new CountingJob(engine, handle, [1], 20));
  const prompt = new CountingJob(engine, 99, Array(10).fill(2));
  for (const job of [...jobs, prompt]) scheduler.add(job);
  await Promise.all([...jobs, prompt].map((job) => job.done));
  const last = (session: number) => engine.passes.findLastIndex((pass) => pass.some(([handle]) => handle === session));
  // Ten passes with a row for the prompt each, in a run of at least 12 · 21 ÷ 8.
  expect(last(99)).toBeLessThan(14);
  const ends = jobs.map((_, handle) => last(handle));
  expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(6);
});

test("a prompt beside many that generate gets more than a row a pass", async () => {
  const { engine, scheduler } = start(64);
  const jobs = Array.from({ length: 12 }, (_, handle) => new CountingJob(engine, handle, [1], 300));
  const prompt = new CountingJob(engine, 99, Array(200).fill(2));
  for (const job of [...jobs, prompt]) scheduler.add(job);
  await Promise.all([...jobs, prompt].map((job) => job.done));
  expect(engine.passes.filter((pass) => pass.some(([handle]) => handle === 99)).length).toBeLessThan(50);
});

test("a fault ends the job whose it is, and no other", async () => {
  const { engine, scheduler } = start();
  const good = [0, 1, 2].map((handle) => new CountingJob(engine, handle, [1], 5));
  const bad = new CountingJob(engine, 3, [kPoison]);
  for (const job of [...good, bad]) scheduler.add(job);
  expect(await bad.done).toBe("non-finite");
  for (const job of good) {
    expect(await job.done).toBe("done");
    expect(job.sequence.cached).toBe(6);
  }
});
