// Models of the developer's own cache, which the development server lists and serves (web/demo/dev_models.ts). A page
// that was built knows nothing of it.

export interface LocalModel {
  readonly url: string;
  readonly file: string;
  readonly bytes: number;
  readonly license: string | undefined;
  /** Has a chat template; else it continues texts. */
  readonly chat: boolean;
}

export const LOCAL_LIST = "local-models/list.json";

export async function localModels(base: string): Promise<readonly LocalModel[]> {
  if (!import.meta.env.DEV) return [];
  const response = await fetch(new URL(LOCAL_LIST, base));
  return response.ok ? ((await response.json()) as LocalModel[]) : [];
}
