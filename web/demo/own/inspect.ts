// Looks into a text that has been read already. The same model, text and options give the same bits, so what is not
// known yet is simply computed once more.

import { OneheadError, type Session, type TraceOptions } from "onehead";
import type { Stretch } from "./fold";
import type { Look, Passage } from "./passage";

/** Alternatives shown for each step. */
export const CANDIDATES = 6;

/** What is asked of the engine: one layer, the drawn heads. */
export function traceOptions({ layer, heads }: Look) {
  return {
    layers: [layer],
    heads: Array.from({ length: heads.to - heads.from }, (_, i) => heads.from + i),
    include: ["attention", "keys", "values"],
  } as const satisfies TraceOptions;
}

const idsOf = (passage: Passage, { begin, end }: Stretch) => passage.tokens.slice(begin, end).map(({ id }) => id);

/** Fills the rows of a stretch in: keys, values, and what each of its queries read. */
export async function inspect(
  session: Session,
  passage: Passage,
  stretch: Stretch,
  signal: AbortSignal,
): Promise<void> {
  const { look } = passage;
  const options = { ...traceOptions(look), queries: "all", signal } as const;
  const fork = await session.fork();
  try {
    // The first token is always drawn, and its key and value depend on nothing else.
    if (stretch.begin > 0 && !passage.rows.has(0)) {
      const first = await session.fork();
      try {
        await first.rewind(0);
        const trace = await first.trace(idsOf(passage, { begin: 0, end: 1 }), options);
        if (passage.look === look) passage.takeRows(trace);
      } finally {
        first.dispose();
      }
    }
    await fork.rewind(stretch.begin);
    const trace = await fork.trace(idsOf(passage, stretch), options);
    if (passage.look === look) passage.takeRows(trace);
  } finally {
    fork.dispose();
  }
}

/** What the model held likely after a place: one step on a fork of the session, which has read all before it. */
export async function inspectNext(session: Session, passage: Passage, place: number, signal: AbortSignal) {
  const fork = await session.fork();
  try {
    await fork.rewind(place);
    const generation = fork.generate(idsOf(passage, { begin: place, end: place + 1 }), {
      maxTokens: 1,
      candidates: CANDIDATES,
      signal,
    });
    for await (const token of generation) passage.setNext(place, candidatesOf(token.candidates));
  } finally {
    fork.dispose();
  }
}

export const candidatesOf = (candidates: readonly { text: string; logprob: number }[] = []) =>
  candidates.map(({ text, logprob }) => ({ text, probability: Math.exp(logprob) }));

/** Failures after which the text is fine and only the picture is missing. */
export const isHarmless = (error: unknown): boolean =>
  error instanceof OneheadError && ["context-full", "max-bytes", "out-of-memory"].includes(error.code);
