// A request that runs over several slices, and what must be put back when it ends.

import type { Engine } from "./engine.js";
import { OneheadError } from "./errors.js";
import type { Job, Scheduler } from "./scheduler.js";
import type { Sequence } from "./sequence.js";

export class Work {
  readonly jobs = new Set<{ job: Job; fail: (error: unknown) => void }>();
  /** Sequences that live for this request alone. */
  readonly own: Sequence[] = [];
  session: Sequence | undefined;
  ended = false;

  end(scheduler: Scheduler, engine: Engine): void {
    if (this.ended) return;
    this.ended = true;
    const stopped = new OneheadError("disposed", "This request was stopped.");
    for (const { job, fail } of this.jobs) {
      scheduler.remove(job);
      fail(stopped);
    }
    for (const sequence of this.own) sequence.free();
    if (this.session) {
      this.session.job = undefined;
      if (!engine.isDead) {
        engine.setAblation(this.session.handle, []);
        this.session.reserve(0);
      }
    }
  }
}
