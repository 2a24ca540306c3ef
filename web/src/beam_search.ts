// Beam search: of all continuations of a few hypotheses, the likeliest few go on, until none of them can be expected to
// become better than one that has ended. It knows token ids and log-probabilities alone; whoever has the model reads
// the hypotheses.

/** A token that may follow. */
export interface Continuation {
  readonly id: number;
  readonly logprob: number;
}

/** A hypothesis that goes on: which of those before it, and the token after that. */
export interface Extension {
  readonly parent: number;
  readonly id: number;
}

export interface BeamOptions {
  /** Hypotheses that go on at once. */
  beams: number;
  /** A hypothesis of n tokens, the one that ends it included, is worth its log-probability ÷ n^lengthPenalty. */
  lengthPenalty: number;
  maxTokens: number;
  isEnd(id: number): boolean;
}

interface Hypothesis {
  readonly ids: readonly number[];
  readonly logprob: number;
}

export class BeamSearch {
  readonly #options: BeamOptions;
  #live: readonly Hypothesis[] = [{ ids: [], logprob: 0 }];
  #best: Hypothesis | undefined;

  constructor(options: BeamOptions) {
    this.#options = options;
  }

  /**
   * Takes what follows each live hypothesis, likeliest first (2 × beams tokens of each are enough), and gives the next
   * live ones, likeliest first; none at the end. At first the live one is the prompt. Of equals the earlier hypothesis
   * comes first, and then the order given.
   */
  extend(continuations: readonly (readonly Continuation[])[]): Extension[] {
    const { beams, maxTokens, isEnd } = this.#options;
    const all = continuations.flatMap((list, parent) => {
      const before = this.#live[parent] as Hypothesis;
      return list.map(({ id, logprob }) => ({ parent, id, logprob: before.logprob + logprob }));
    });
    all.sort((a, b) => b.logprob - a.logprob); // stable
    const next: (Extension & Hypothesis)[] = [];
    for (const [rank, { parent, id, logprob }] of all.entries()) {
      if (next.length === beams) break;
      const hypothesis = { parent, id, logprob, ids: [...(this.#live[parent] as Hypothesis).ids, id] };
      if (!isEnd(id)) next.push(hypothesis);
      else if (rank < beams) this.#end(hypothesis);
    }
    this.#live = next;
    if (next[0]?.ids.length === maxTokens) {
      if (!this.#best) for (const hypothesis of next) this.#end(hypothesis);
      return [];
    }
    return this.#isDecided() ? [] : next;
  }

  #worth({ ids, logprob }: Hypothesis): number {
    return logprob / power(ids.length, this.#options.lengthPenalty);
  }

  #end(hypothesis: Hypothesis): void {
    if (!this.#best || this.#worth(hypothesis) > this.#worth(this.#best)) this.#best = hypothesis;
  }

  /** Whether the likeliest live one, if its next token ended it at no cost, would still not be the best. */
  #isDecided(): boolean {
    const [first] = this.#live;
    if (!first || !this.#best) return first === undefined;
    return this.#worth({ ...first, ids: [...first.ids, 0] }) <= this.#worth(this.#best);
  }

  /** The tokens of the best hypothesis, with the one that ended it, if one did. */
  get best(): readonly number[] {
    return this.#best?.ids ?? [];
  }
}

/** base^exponent for an exponent from 0, by products and square roots: every engine rounds those alike, but not `**`. */
export function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 1; i <= exponent; ++i) result *= base;
  let root = base;
  for (let rest = exponent % 1; rest > 0; rest %= 1) {
    rest *= 2;
    root = Math.sqrt(root);
    if (rest >= 1) result *= root;
  }
  return result;
}
