// How far back each layer sees.

import type { ModelInfo } from "onehead";

export function windowsOf(info: ModelInfo): number[] {
  const window = info.metadata[`${info.architecture}.attention.sliding_window`];
  const size = info.architecture.startsWith("gemma3") && typeof window === "number" ? window : 0;
  return Array.from({ length: info.nLayers }, (_, layer) => ((layer + 1) % 6 === 0 ? 0 : size));
}
