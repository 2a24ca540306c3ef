// The studies' results as the scripts that make them write them: training/heads, training/twins, tests/bench/prompt.mjs.

export interface HeadsStudy {
  readonly model: string;
  readonly texts: number;
  /** By name, [layer][head]. */
  readonly roles: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** Mean distance of a layer's heads, in bits: 0 alike, 1 nothing in common. */
  readonly between_heads: { readonly layers: readonly number[] };
  /** Share of words that a layer's mean head, or a head alone, points at when they are translated. */
  readonly alignment: { readonly scores?: readonly number[]; readonly heads?: readonly (readonly number[])[] };
  readonly removal: {
    readonly rows: { readonly chrF: number; readonly loss: number };
    readonly whole: { readonly chrF: number; readonly loss: number };
    readonly chrF_lost: readonly (readonly number[])[];
    readonly loss_gained: readonly (readonly number[])[];
  };
  readonly word: {
    readonly sentence: string;
    readonly word: string;
    readonly translation: string;
    readonly readers: readonly string[];
    /** [layer][head][reader] */
    readonly read_by: readonly (readonly (readonly number[])[])[];
    readonly most_by: readonly (readonly string[])[];
  };
  readonly distance: Readonly<Record<string, DistanceStudy>>;
}

export interface DistanceStudy {
  readonly texts: number;
  /** "0", "1", "3-4", …, "first token". */
  readonly bins: readonly string[];
  readonly layers: readonly (readonly number[])[];
  /** What reading everything alike would give. */
  readonly even: readonly number[];
}

export interface PromptStudy {
  readonly processor: string;
  readonly variant: string;
  readonly rounds: number;
  readonly measured: readonly {
    readonly tokens: number;
    readonly onePassMs: number;
    readonly tokenByTokenMs: number;
  }[];
}

export interface TwinsStudy {
  readonly steps: number;
  readonly twins: Readonly<Record<string, TwinRow>>;
  readonly differences: readonly {
    readonly of: string;
    readonly against: string;
    readonly chrF: Difference;
  }[];
  readonly speed: { readonly cases?: readonly (readonly [context: number, sequences: number])[] };
}

/** `half` of the interval is null where one seed alone was trained. */
export interface Difference {
  readonly difference: number;
  readonly half: number | null;
}

export interface TwinRow {
  readonly heads: number;
  readonly kv_heads: number;
  readonly seeds: number;
  readonly chrF: { readonly mean: number; readonly half: number | null };
  readonly kv_bytes_per_token?: number;
  readonly ms?: readonly number[];
}

/** The shipped model's own numbers. */
export interface ClaimsModel {
  readonly nQueryHeads: number;
  readonly nKvHeads: number;
  readonly kvBytesPerToken: number;
}

/** What there is: a study that has not been made yet is absent. */
export interface Studies {
  readonly model: ClaimsModel;
  readonly heads?: HeadsStudy | undefined;
  readonly prompt?: PromptStudy | undefined;
  readonly twins?: TwinsStudy | undefined;
}
