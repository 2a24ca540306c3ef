// Typed helpers over models whose file says how a task's prompt is laid out.

export { type TaskLayout, taskLayout } from "./layout.js";
export { loadTiny } from "./tiny.js";
export { translate } from "./translate.js";
export type {
  LoadTinyOptions,
  SourceSentence,
  TranslatedSentence,
  TranslateOptions,
  Translation,
  TranslationResult,
  TranslationToken,
} from "./types.js";
