// All that is known of one text: its tokens, and for the layer and heads that are looked at, the rows that were traced.
// Only those are ever asked for, so that a long text costs no more than a short one.

import type { Trace, TracedToken } from "onehead";
import type { Candidate } from "../run/run";
import { slice } from "../run/traced";
import type { HeadPage } from "./shape";

/** Which part of the model is drawn. */
export interface Look {
  readonly layer: number;
  readonly heads: HeadPage;
}

/** One position's row in the looked-at layer. */
export interface TracedRow {
  /** [K/V head, dim], of the looked-at K/V heads. */
  readonly keys: Float32Array;
  readonly values: Float32Array;
  /** [looked-at query head, position 0 … this one], if its queries were traced. */
  readonly reads?: Float32Array;
}

/** Rows of weights are as long as the text: the oldest are let go. */
const READS_KEPT = 128;

export class Passage {
  readonly tokens: TracedToken[] = [];
  /** The likeliest tokens after a position, where they are known. */
  readonly next = new Map<number, readonly Candidate[]>();
  readonly rows = new Map<number, TracedRow>();
  /** Where the answer, or the continuation, begins. */
  border = 0;
  #look: Look;
  #revision = 0;

  constructor(look: Look) {
    this.#look = look;
  }

  /** Another number whenever something is known anew. */
  get revision(): number {
    return this.#revision;
  }

  get look(): Look {
    return this.#look;
  }

  /** Looks elsewhere: the rows that are there are of no use then. */
  turn(look: Look): void {
    this.#look = look;
    this.#revision++;
    this.rows.clear();
  }

  /** Forgets everything from `position` on. */
  cut(position: number): void {
    this.#revision++;
    this.tokens.length = Math.min(this.tokens.length, position);
    for (const kept of [this.next, this.rows]) {
      for (const key of kept.keys()) if (key >= position) kept.delete(key);
    }
    this.border = Math.min(this.border, position);
  }

  /** Takes over a trace: its tokens, and its rows if they are of this look. Tokens after them are forgotten if others. */
  take(trace: Trace): void {
    const [first] = trace.positions;
    if (first === undefined) return;
    if (first > this.tokens.length) throw new RangeError(`tokens before ${first} are missing`);
    trace.tokens.forEach((token, i) => {
      const position = first + i;
      if (this.tokens[position]?.id !== token.id) this.cut(position);
      this.tokens[position] = token;
    });
    this.takeRows(trace);
  }

  /** Takes over the rows of a trace of tokens that are known. */
  takeRows(trace: Trace): void {
    this.#revision++;
    const { from, to, kvFrom, kvTo } = this.#look.heads;
    if (trace.layers[0] !== this.#look.layer || trace.heads[0] !== from || trace.heads.length !== to - from) return;
    trace.positions.forEach((position, index) => {
      const query = trace.queryPositions.indexOf(position);
      const before = this.rows.get(position);
      const reads = query < 0 ? before?.reads : slice(trace.attention, query, position + 1);
      this.rows.set(position, {
        keys: headsOf(slice(trace.keys, index), trace.keys, kvFrom, kvTo),
        values: headsOf(slice(trace.values, index), trace.values, kvFrom, kvTo),
        ...(reads && { reads }),
      });
    });
    this.#tidy();
  }

  setNext(place: number, candidates: readonly Candidate[]): void {
    this.next.set(place, candidates);
    this.#revision++;
  }

  /** A token that is chosen but not read yet: it has no row. */
  push(token: TracedToken): void {
    this.tokens.push(token);
  }

  #tidy(): void {
    const traced = [...this.rows].filter(([, row]) => row.reads).map(([position]) => position);
    for (const position of traced.sort((a, b) => a - b).slice(0, -READS_KEPT)) {
      const { keys, values } = this.rows.get(position) as TracedRow;
      this.rows.set(position, { keys, values });
    }
  }
}

/** The K/V heads [from, to) of a position's row [K/V head, dim]. */
function headsOf(row: Float32Array, tensor: Trace["keys"], from: number, to: number): Float32Array {
  const dim = tensor?.shape[3] ?? 0;
  return to - from === tensor?.shape[1] ? row : row.slice(from * dim, to * dim);
}
