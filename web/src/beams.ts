// Beam search in the engine: each hypothesis is a fork of the prompt's sequence, so they share the prompt's K/V and
// whatever else they have in common, and the rows of all of them go through the model together.

import { BeamSearch, type Continuation } from "./beam_search.js";
import type { Engine, RowOutput } from "./engine.js";
import { type Found, type Outcome, ReadingJob } from "./jobs.js";
import type { WireGenerate } from "./protocol.js";
import { RowFlag } from "./raw_engine.js";
import type { Sequence } from "./sequence.js";

/** Reads what is pending and gives the likeliest tokens after it, best first. */
export class RankJob extends ReadingJob<readonly Continuation[]> {
  override readonly nCandidates: number;
  #ranked: readonly Continuation[] = [];

  constructor(engine: Engine, sequence: Sequence, nCandidates: number, outcome: Outcome<readonly Continuation[]>) {
    super(engine, sequence, outcome);
    this.nCandidates = nCandidates;
  }

  // A scored row comes without a sampled token and its text.
  override flags(position: number): number {
    return position === this.sequence.ids.length - 1 ? RowFlag.score : 0;
  }

  override accept(_position: number, { candidates }: RowOutput): void {
    this.#ranked = candidates;
  }

  advance(): boolean {
    if (!this.caughtUp) return false;
    this.outcome.done(this.#ranked);
    return true;
  }
}

/** What a search needs done: jobs run, forks kept until they are let go of. */
export interface BeamWork {
  rank(sequence: Sequence, nCandidates: number): Promise<readonly Continuation[]>;
  keep(fork: Sequence): void;
  free(fork: Sequence): void;
}

/** The answer to what `prompt` holds, of `limit` tokens at most. `prompt` has then read all of it. */
export async function searchBeams(
  engine: Engine,
  prompt: Sequence,
  { beams, lengthPenalty }: WireGenerate,
  limit: number,
  work: BeamWork,
): Promise<Found> {
  const startMs = performance.now();
  let firstMs: number | undefined;
  const isEnd = (id: number) => engine.isEnd(id);
  const search = new BeamSearch({ beams, lengthPenalty, maxTokens: limit, isEnd });
  const nCandidates = Math.min(2 * beams, engine.info().vocabSize);
  for (let live = [prompt]; live.length > 0; ) {
    const ranked = await Promise.all(live.map((sequence) => work.rank(sequence, nCandidates)));
    firstMs ??= performance.now();
    const next = search.extend(ranked).map(({ parent, id }) => {
      const fork = (live[parent] as Sequence).fork();
      work.keep(fork);
      fork.ids.push(id);
      return fork;
    });
    for (const sequence of live) if (sequence !== prompt) work.free(sequence);
    live = next;
  }
  return { ids: search.best, startMs, firstMs: firstMs ?? startMs };
}
