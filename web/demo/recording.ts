// The run recorded at build time: what it is, and the state it opens the page in.

import type { ModelFacts, PageState } from "./models/frame";
import { type CompactRun, expandRun } from "./run/compact";

export interface Recording {
  readonly facts: ModelFacts;
  readonly alignmentLayer: number;
  readonly run: CompactRun;
}

export function recordedState(recording: Recording): PageState {
  const run = expandRun(recording.run);
  return {
    entries: [{ source: run.source, run }],
    layer: recording.run.layer,
    alignmentLayer: recording.alignmentLayer,
    separated: false,
    facts: recording.facts,
  };
}
