// The twins: small translators alike but for how many query heads share how many keys and values. Which there are is
// known when the page is built; each is fetched when somebody wants its translation.

import { load } from "onehead";
import { translate } from "onehead/tasks";

export interface Twin {
  /** As the studies call it: "h8-g1". */
  readonly name: string;
  readonly nQueryHeads: number;
  readonly nKvHeads: number;
  /** Its feed-forward layers are not widened for the weights that its attention lacks. */
  readonly plain: boolean;
  readonly url: string;
}

/** Twins from the addresses of their files, by what they are a question of: the most keys and values first. */
export function twinsOf(files: Readonly<Record<string, string>>): Twin[] {
  return Object.entries(files)
    .flatMap(([path, url]): Twin[] => {
      const [, name = "", heads, kvHeads, plain] = /((?:^|(?<=\/))h(\d+)-g(\d+)(-plain)?)\.[^/]*gguf$/.exec(path) ?? [];
      if (name === "") return [];
      return [{ name, nQueryHeads: Number(heads), nKvHeads: Number(kvHeads), plain: plain !== undefined, url }];
    })
    .sort((a, b) => Number(a.plain) - Number(b.plain) || b.nKvHeads - a.nKvHeads || b.nQueryHeads - a.nQueryHeads);
}

/** What one twin made of a sentence. */
export interface TwinTranslation {
  readonly text: string;
  /** Of the prompts and the translations. */
  readonly tokens: number;
  readonly kvBytesPerToken: number;
  readonly kvBytes: number;
  readonly parameterCount: number;
}

/** Loads a twin, translates, and lets it go. */
export async function translateBy(
  source: string | Uint8Array,
  text: string,
  { signal, worker }: { readonly signal?: AbortSignal; readonly worker?: false } = {},
): Promise<TwinTranslation> {
  const model = await load(source, { signal, store: "none", ...(worker === false && { runtime: { worker } }) });
  try {
    const { kvBytesPerToken, parameterCount } = model.info;
    const { text: translation, sentences } = await translate(model, text, { signal }).result();
    const tokens = sentences.reduce((sum, { promptIds, tokens }) => sum + promptIds.length + tokens.length, 0);
    return { text: translation, tokens, kvBytesPerToken, kvBytes: tokens * kvBytesPerToken, parameterCount };
  } finally {
    model.dispose();
  }
}
