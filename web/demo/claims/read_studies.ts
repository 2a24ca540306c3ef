// Reads the studies' files, at build time. One that has not been made yet is absent.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HeadsStudy, PromptStudy, Studies, TwinsStudy } from "./studies";

export function readStudies(folder: string): Omit<Studies, "model"> {
  const read = <T>(name: string): T | undefined => {
    const file = join(folder, name);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : undefined;
  };
  return {
    heads: read<HeadsStudy>("heads.json"),
    prompt: read<PromptStudy>("prompt.json"),
    twins: read<TwinsStudy>("twins.json"),
  };
}
