// Typed helpers over models whose file says how a task's prompt is laid out.

export { answer } from "./answer.js";
export { classify } from "./classify.js";
export { complete } from "./complete.js";
export { type TaskLayout, taskLayout } from "./layout.js";
export { loadTiny } from "./tiny.js";
export { translate } from "./translate.js";
export type {
  Answer,
  Answering,
  AnswerOptions,
  Classification,
  ClassifyOptions,
  LoadTinyOptions,
  SourceSentence,
  TranslatedSentence,
  TranslateOptions,
  Translation,
  TranslationResult,
  TranslationToken,
} from "./types.js";
