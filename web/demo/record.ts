// The run recorded at build time: the shipped model translates one sentence in Node, as the page will in the tab.

import { load } from "onehead";
import type { Recording } from "./recording";
import { captureRuns } from "./run/capture";
import { compactRun } from "./run/compact";
import type { Run } from "./run/run";

export const RECORDED_SENTENCE = "The cat purrs.";

export async function record(file: Uint8Array): Promise<Recording> {
  const model = await load(file, { runtime: { worker: false } });
  try {
    const { info } = model;
    const alignmentLayer = info.metadata["onehead.task.translate.alignment_layer"];
    if (typeof alignmentLayer !== "number") throw new Error("the model file names no alignment layer");
    let runs: Run[] = [];
    for await (runs of captureRuns(model, RECORDED_SENTENCE));
    const [run] = runs;
    if (runs.length !== 1 || run === undefined || !run.finished) throw new Error("the recorded run is incomplete");
    return {
      facts: {
        parameterCount: info.parameterCount,
        nLayers: info.nLayers,
        nQueryHeads: info.nQueryHeads,
        nKvHeads: info.nKvHeads,
      },
      alignmentLayer,
      run: compactRun(run, alignmentLayer),
    };
  } finally {
    model.dispose();
  }
}
