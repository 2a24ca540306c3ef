// From the package's tokens and traces to a growing run: each step adds the row that the trace describes.

import type { Model } from "onehead";
import { type TranslationToken, translate } from "onehead/tasks";
import type { Candidate, Run } from "./run";
import { tracedPositions } from "./traced";

const TRACE = { layers: "all", heads: "all", queries: "all", include: ["attention", "keys", "values"] } as const;
/** Alternatives shown for each step. */
const CANDIDATES = 6;

function emptyRun(model: Model, token: TranslationToken): Run {
  const { info } = model;
  return {
    source: token.sentence.source,
    shape: {
      nLayers: info.nLayers,
      nQueryHeads: info.nQueryHeads,
      nKvHeads: info.nKvHeads,
      headDim: info.headDim,
    },
    layers: token.trace?.layers ?? [],
    promptLength: token.sentence.promptIds.length,
    positions: [],
    kvBytes: 0,
    kvBytesPerToken: info.kvBytesPerToken,
    origin: "live",
    finished: false,
  };
}

const alternatives = (token: TranslationToken): Candidate[] =>
  (token.candidates ?? []).map(({ text, logprob }) => ({ text, probability: Math.exp(logprob) }));

/** The last token's own row, which no step of the generation needed to show, and the bytes that the engine holds. */
async function finish(model: Model, run: Run, ids: readonly number[], signal?: AbortSignal): Promise<Run> {
  const last = await model.trace(ids, { ...TRACE, queries: "last", signal });
  const session = await model.createSession();
  try {
    await session.append(ids, { signal });
    const positions = [...run.positions, ...tracedPositions(last, [])];
    return { ...run, positions, kvBytes: session.kvBytes, finished: true };
  } finally {
    session.dispose();
  }
}

/**
 * Translates a text and gives its runs, one for each sentence, again after every step. A run trails its tokens by one:
 * a token's row exists when it has been read.
 */
export async function* captureRuns(model: Model, text: string, signal?: AbortSignal): AsyncGenerator<Run[]> {
  const translation = translate(model, text, { candidates: CANDIDATES, trace: TRACE, signal });
  const done: Run[] = [];
  let open: { run: Run; ids: number[]; sentence: number } | undefined;
  for await (const token of translation) {
    if (open !== undefined && open.sentence !== token.sentence.index) {
      done.push(await finish(model, open.run, open.ids, signal));
      open = undefined;
    }
    open ??= {
      run: emptyRun(model, token),
      ids: [...token.sentence.promptIds],
      sentence: token.sentence.index,
    };
    open.ids.push(token.id);
    if (token.trace === undefined) throw new TypeError("a token came without its trace");
    const rows = tracedPositions(token.trace, alternatives(token));
    open.run = { ...open.run, positions: [...open.run.positions, ...rows] };
    yield [...done, open.run];
  }
  if (open !== undefined) done.push(await finish(model, open.run, open.ids, signal));
  const { timings } = await translation.result();
  const measured = { timeToFirstTokenMs: timings.timeToFirstTokenMs, tokensPerSecond: timings.tokensPerSecond };
  yield done.map((run) => ({ ...run, timings: measured }));
}
