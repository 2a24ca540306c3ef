// The options of tasks that take the likeliest answer.

import { checkOptions, generateOptionChecks } from "../options.js";
import type { TranslateOptions } from "./types.js";

/** What was given, checked. `where` names the task in errors. */
export function checkTaskOptions(options: TranslateOptions | undefined, where: string): TranslateOptions {
  const { signal, maxTokens, beams, lengthPenalty, candidates, trace, ablate } = generateOptionChecks;
  const checks = { signal, maxTokens, beams, lengthPenalty, candidates, trace, ablate };
  return checkOptions<TranslateOptions>(options, checks, where);
}
