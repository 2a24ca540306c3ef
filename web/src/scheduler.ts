// Runs any number of jobs side by side: each step gathers rows of all of them into one forward pass, first one row
// of each job that is generating, then as much of the waiting prompts as fits into the time that a pass may take. Between
// slices of about 8 ms it looks into the mailbox.

import { ChunkSize } from "./chunk_size.js";
import type { Engine, RowOutput } from "./engine.js";
import type { Mailbox } from "./mailbox.js";
import { RowFlag } from "./raw_engine.js";
import type { Sequence } from "./sequence.js";
import type { TraceTap } from "./trace.js";

const kSliceMs = 8;
const kBesideMs = 50; // a pass that others wait in for their next token …
const kAloneMs = 250; // … and one that only an abort waits for
const kBesideRows = 8;
const kAloneRows = 16;

/** Something that reads tokens of a sequence: whatever lies in `sequence.ids` and is not in its cache yet. */
export interface Job {
  readonly sequence: Sequence;
  /** Alternatives wanted for each row with logits. */
  readonly nCandidates: number;
  readonly tap: TraceTap | undefined;
  /** Flags (RowFlag) of the row at this position. */
  flags(position: number): number;
  /** For a scored row: the token whose probability is asked. */
  target(position: number): number;
  /** A row that wanted logits has them. May append to `sequence.ids`. */
  accept(position: number, output: RowOutput): void;
  /** After each pass that had rows of this job. True: the job is over. */
  advance(): boolean;
  fail(error: unknown): void;
  /** Sends what has gathered. */
  flush(): void;
}

interface Share {
  job: Job;
  begin: number;
  end: number;
}

export class Scheduler {
  readonly #engine: Engine;
  readonly #mailbox: Mailbox;
  #jobs: Job[] = [];
  #running = false;
  readonly #alone = new ChunkSize(kAloneMs, kAloneRows);
  readonly #beside = new ChunkSize(kBesideMs, kBesideRows);
  #tapKey = "";

  constructor(engine: Engine, mailbox: Mailbox) {
    this.#engine = engine;
    this.#mailbox = mailbox;
  }

  add(job: Job): void {
    this.#jobs.push(job);
    if (!this.#running) {
      this.#running = true;
      void this.#run();
    }
  }

  /** Takes a job out; false if it is not here (any more). */
  remove(job: Job): boolean {
    const at = this.#jobs.indexOf(job);
    if (at >= 0) this.#jobs.splice(at, 1);
    return at >= 0;
  }

  async #run(): Promise<void> {
    while (this.#jobs.length > 0) {
      // First, so that what was asked for together begins together.
      await this.#mailbox.look();
      const end = performance.now() + kSliceMs;
      const touched = new Set<Job>();
      try {
        // The mailbox may have taken the last job away.
        while (this.#jobs.length > 0) {
          this.#step(touched);
          if (performance.now() >= end) break;
        }
      } catch (error) {
        this.failAll(error); // the engine is dead
      }
      for (const job of touched) if (this.#jobs.includes(job)) job.flush();
    }
    this.#running = false;
  }

  #step(touched: Set<Job>): void {
    const { shares, chunk } = this.#share();
    if (shares.length === 0) throw new Error("jobs without rows");
    // Who was served goes to the end of the queue.
    for (const { job } of shares) {
      touched.add(job);
      this.#jobs.push(...this.#jobs.splice(this.#jobs.indexOf(job), 1));
    }
    try {
      this.#forward(shares, chunk);
    } catch (error) {
      // One sequence's fault must not end the others: the pass left all of them where they stood, so each goes alone.
      for (const share of shares) {
        this.#shield(share.job, () => {
          if (shares.length === 1) throw error;
          this.#forward([share]);
        });
      }
    }
  }

  /** Which rows of whom go into the next pass, and what its time says of a prompt's rows, if it has any. */
  #share(): { shares: Share[]; chunk: ChunkSize | undefined } {
    const maxRows = this.#engine.call((raw) => raw.maxRows());
    // Jobs with unlike traces cannot share a pass.
    const tapKey = this.#jobs[0]?.tap?.key;
    const key = tapKey ?? this.#jobs.find((job) => job.tap)?.tap?.key;
    const waiting = this.#jobs
      .filter((job) => job.tap === undefined || job.tap.key === key)
      .map((job) => ({ job, begin: job.sequence.cached, total: job.sequence.ids.length }));
    const one = waiting.filter(({ begin, total }) => total - begin === 1);
    const many = waiting.filter(({ begin, total }) => total - begin > 1);
    // Every job that generates goes on, but a waiting prompt always gets something too.
    const shares = one
      .slice(0, many.length > 0 ? maxRows - 1 : maxRows)
      .map(({ job, begin, total }): Share => ({ job, begin, end: total }));
    if (many.length === 0) return { shares, chunk: undefined };
    const chunk = shares.length > 0 ? this.#beside : this.#alone;
    let room = Math.max(1, Math.min(maxRows, chunk.rows) - shares.length);
    for (const { job, begin, total } of many) {
      if (room === 0) break;
      const n = Math.min(room, total - begin);
      room -= n;
      shares.push({ job, begin, end: begin + n });
    }
    return { shares, chunk };
  }

  #forward(shares: readonly Share[], chunk?: ChunkSize): void {
    this.#tap(shares);
    const nCandidates = Math.max(0, ...shares.map(({ job }) => job.nCandidates));
    const asked: { job: Job; position: number; flags: number }[] = [];
    let nRows = 0;
    this.#engine.check((raw) => {
      const rows = raw.rows();
      for (const { job, begin, end } of shares) {
        for (let position = begin; position < end; ++position, ++nRows) {
          const flags = job.flags(position);
          const target = flags & RowFlag.score ? job.target(position) : 0;
          rows.set([job.sequence.handle, job.sequence.ids[position] as number, flags, target], 4 * nRows);
          if (flags) asked.push({ job, position, flags });
        }
      }
      const start = performance.now();
      const code = raw.forward(nRows, nCandidates);
      chunk?.measured(performance.now() - start, nRows);
      return code;
    });

    for (const { job, begin, end } of shares) {
      this.#shield(job, () => job.tap?.takeKv(this.#engine, job.sequence.handle, begin, end));
    }
    let logitsRow = 0;
    let tracedRow = 0;
    for (const { job, position, flags } of asked) {
      this.#shield(job, () => {
        if (flags & RowFlag.trace) job.tap?.take(this.#engine, tracedRow++, position);
        if (flags & (RowFlag.sample | RowFlag.score)) {
          const sampled = (flags & RowFlag.sample) !== 0;
          const output = this.#engine.output(logitsRow++, nCandidates, sampled);
          output.candidates.length = Math.min(output.candidates.length, job.nCandidates);
          job.accept(position, output);
        }
      });
    }
    for (const { job } of shares) {
      this.#shield(job, () => {
        if (job.advance()) this.remove(job);
      });
    }
  }

  // What goes wrong after the pass is this job's own affair.
  #shield(job: Job, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (this.remove(job)) job.fail(error);
    }
  }

  #tap(shares: readonly Share[]): void {
    const tap = shares.find(({ job }) => job.tap)?.job.tap;
    if (!tap || tap.key === this.#tapKey) return;
    tap.configure(this.#engine);
    this.#tapKey = tap.key;
  }

  /** Ends every job with this error. */
  failAll(error: unknown): void {
    for (const job of this.#jobs.splice(0)) job.fail(error);
  }
}
