// How many rows of a prompt go into one forward pass.

/**
 * Finds the number whose pass takes about `targetMs`, by doubling and halving.
 *
 * A pass costs a fixed part, reading all weights once, and a part for each row. So the cost of a row falls with the
 * number of rows, and a number derived from it would confirm itself: small passes look dear, and stay small.
 */
export class ChunkSize {
  readonly #targetMs: number;
  readonly #least: number;
  #rows: number;

  /** Never fewer than `least` rows, whatever they take: below it the fixed part is most of the cost. */
  constructor(targetMs: number, least: number) {
    this.#targetMs = targetMs;
    this.#least = least;
    this.#rows = least;
  }

  get rows(): number {
    return this.#rows;
  }

  /** A pass of `nRows` rows took `ms`. A pass of fewer rows than allowed says nothing of larger ones. */
  measured(ms: number, nRows: number): void {
    if (ms > this.#targetMs && nRows >= this.#rows / 2) this.#rows = Math.max(this.#least, this.#rows / 2);
    else if (ms < this.#targetMs / 2 && nRows >= this.#rows) this.#rows *= 2;
  }
}
