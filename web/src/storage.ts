// `onehead/storage`: what the browser keeps of models for this site, and how to let go of it.

import { absoluteUrl } from "./address.js";
import { OneheadError } from "./errors.js";
import { fileNames, openFolder, parseRecord, whenFree } from "./opfs.js";

/** A model file that is kept, or the part of it that has come so far. */
export interface StoredModel {
  /** The address it came from. */
  readonly url: string;
  /** Bytes that are here. */
  readonly bytes: number;
  /** Whether that is all: what is not goes on where it stopped when it is loaded the next time. */
  readonly complete: boolean;
  readonly savedAt: Date;
}

/** Where the browser refuses its file system, nothing is kept. */
const keptFolder = () => openFolder().catch(() => undefined);

/** Every model of this site that is kept. Nothing, where the browser keeps nothing. */
export async function listModels(): Promise<StoredModel[]> {
  const folder = await keptFolder();
  const models: StoredModel[] = [];
  if (!folder) return models;
  // Its types are those of newer compilers' pages alone.
  const { values } = folder as unknown as { values(): AsyncIterable<FileSystemHandle> };
  for await (const entry of values.call(folder)) {
    if (entry.kind !== "file" || !entry.name.endsWith(".json")) continue;
    const file = await (entry as FileSystemFileHandle).getFile();
    const record = parseRecord(await file.text());
    if (!record) continue;
    const { url, bytes, complete, savedAt } = record;
    models.push({ url, bytes, complete, savedAt: new Date(savedAt) });
  }
  return models;
}

/**
 * Removes what is kept of a model; false if there was nothing. A model that is loaded goes on: its weights are in
 * memory. Rejects with `busy` while a model is being loaded from there.
 */
export async function removeModel(url: string | URL): Promise<boolean> {
  const folder = await keptFolder();
  if (!folder) return false;
  const { data, record } = fileNames(absoluteUrl(url));
  // Whoever loads from there holds the record first: where it cannot go, nothing goes.
  const removed = [await removeFile(folder, record, url), await removeFile(folder, data, url)];
  return removed.includes(true);
}

/** False if there is none. */
async function removeFile(folder: FileSystemDirectoryHandle, name: string, url: string | URL): Promise<boolean> {
  const refused = (why: string, cause?: unknown) =>
    new OneheadError("busy", `The kept file of ${url} cannot be removed: ${why}.`, { cause });
  let removed: boolean | undefined;
  try {
    removed = await whenFree(() => folder.removeEntry(name).then(() => true));
  } catch (cause) {
    const { name: kind } = cause as Error;
    if (kind === "NotFoundError") return false;
    throw refused(`the browser refuses it (${kind})`, cause);
  }
  if (removed) return true;
  throw refused("a model is being loaded from it, here or in another tab");
}
