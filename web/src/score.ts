// Continuations as token ids: text is tokenised together with the prompt before it, because tokens may reach across.

import type { Engine } from "./engine.js";
import { OneheadError } from "./errors.js";
import type { Score } from "./types.js";

/** A prompt with one continuation; the continuation's tokens begin at `begin`. */
export interface Continued {
  ids: number[];
  begin: number;
}

export function encodeContinuation(
  engine: Engine,
  prompt: string | Int32Array,
  continuations: readonly (string | Int32Array)[],
): Continued[] {
  const head = typeof prompt === "string" ? engine.encode(prompt, undefined, false) : prompt;
  return continuations.map((continuation, i) => {
    const joint =
      typeof continuation !== "string"
        ? [...head, ...continuation]
        : typeof prompt === "string"
          ? [...engine.encode(prompt + continuation, undefined, false)]
          : [...head, ...engine.encode(continuation, false, false)];
    let begin = 0;
    while (begin < head.length && begin < joint.length && joint[begin] === head[begin]) ++begin;
    if (begin === joint.length) {
      throw new OneheadError("empty-prompt", `score: continuation ${i} is empty.`);
    }
    if (begin === 0) {
      throw new OneheadError(
        "empty-prompt",
        "score: the prompt is empty, and a first token has no probability without something before it.",
      );
    }
    return { ids: joint, begin };
  });
}

/** Runs a few at a time, so that a long list does not hold a cache for each entry at once. */
export async function joinScores(
  parts: readonly Continued[],
  atOnce: number,
  run: (part: Continued) => Promise<Score>,
): Promise<Score[]> {
  const scores: Score[] = [];
  for (let at = 0; at < parts.length; at += atOnce) {
    scores.push(...(await Promise.all(parts.slice(at, at + atOnce).map(run))));
  }
  return scores;
}
