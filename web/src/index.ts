// onehead: transformers with Multi-Query Attention in a browser tab. Importing this does nothing but define names.

export { type ErrorCode, OneheadError } from "./errors.js";
export { estimate } from "./estimate.js";
export { detectFeatures, type Features } from "./features.js";
export { load } from "./load.js";
export type {
  Candidate,
  ChatMessage,
  EncodeOptions,
  Estimate,
  EstimateOptions,
  GenerateOptions,
  Generation,
  LoadOptions,
  LoadProgress,
  MemoryUse,
  MetadataValue,
  Model,
  ModelInfo,
  Prompt,
  Result,
  RuntimeOptions,
  Score,
  ScoreOptions,
  Session,
  Tensor,
  Timings,
  Token,
  Trace,
  TracedToken,
  TraceOptions,
  TraceTensor,
  Variant,
} from "./types.js";
export { chooseVariant } from "./variant.js";
