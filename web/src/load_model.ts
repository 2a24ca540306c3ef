// From a stream of bytes to a loaded engine: the file is looked at, then repacked piece by piece as it arrives.

import type { Piece } from "./download.js";
import type { Engine } from "./engine.js";
import { OneheadError } from "./errors.js";
import type { Mailbox } from "./mailbox.js";
import { certainBytes, ModelFile, sourceName } from "./model_file.js";
import type { WireEstimate, WireInfo, WireLoad, WireSource } from "./protocol.js";
import { Sha256 } from "./sha256.js";
import type { Threads } from "./threads.js";
import type { LoadProgress } from "./types.js";

const kSliceMs = 8;
const kProgressMs = 50;
const kMagic = "GGUF";

/** Refuses what cannot be a model, before the engine sees it. */
function checkMagic(head: Uint8Array, source: WireSource): void {
  const text = new TextDecoder("latin1").decode(head.subarray(0, 256));
  if (text.startsWith(kMagic)) return;
  const name = sourceName(source);
  if (head.length < kMagic.length && kMagic.startsWith(text)) {
    throw new OneheadError("bad-file", `${name} is cut off: it has only ${head.length} bytes.`);
  }
  if (/^\s*<(!doctype|html|head|body|\?xml)/i.test(text)) {
    throw new OneheadError(
      "not-a-model",
      `${name} is a web page, not a model: the server seems to answer with a page where the file is missing.`,
    );
  }
  throw new OneheadError(
    "not-a-model",
    `${name} is not a GGUF file: it begins with ${JSON.stringify(text.slice(0, 4))} instead of "GGUF".`,
  );
}

/** Waits until there are four bytes to judge the file by, each time that it begins. */
async function* withMagic(pieces: AsyncIterable<Piece>, source: WireSource): AsyncGenerator<Piece> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const piece of pieces) {
    if (piece.at === 0) head = new Uint8Array(0);
    if (!head) {
      yield piece;
      continue;
    }
    const joined: Uint8Array = new Uint8Array(head.length + piece.bytes.length);
    joined.set(head);
    joined.set(piece.bytes, head.length);
    head = joined;
    if (head.length < kMagic.length) continue;
    checkMagic(head, source);
    yield { ...piece, bytes: head, at: 0 };
    head = undefined;
  }
  if (head) checkMagic(head, source);
}

/** Where a file goes, and who watches. */
export interface Loading {
  engine: Engine;
  threads: Threads;
  mailbox: Mailbox;
  signal: AbortSignal;
  onProgress(progress: LoadProgress): void;
}

/** What loading would take. What is read of the file for it is kept as a part of it. */
export async function estimateModel({ engine, signal, onProgress }: Loading, wire: WireLoad): Promise<WireEstimate> {
  const { source } = wire;
  const file = await ModelFile.open(source, wire.store, wire.sha256);
  try {
    let loaded = 0;
    for await (const piece of withMagic(file.pieces(signal), source)) {
      if (piece.at === 0) engine.beginEstimate(wire.contextLength, wire.precisionF32, wire.cacheInt8);
      loaded = piece.at + piece.bytes.length;
      onProgress({ phase: "model", loaded, ...(piece.total && { total: piece.total }) });
      const found = engine.pushEstimate(piece.bytes);
      if (!found) continue;
      const { fileBytes, contextLength, weightBytes, kvBytes, scratchBytes } = found;
      return {
        fileBytes: Math.max(fileBytes, piece.total ?? 0),
        storedBytes: source.kind === "url" ? file.storedBytes : fileBytes,
        // The vocabulary is there already.
        memoryBytes: engine.memory().heapBytes + weightBytes + kvBytes + scratchBytes,
        contextLength,
      };
    }
    throw new OneheadError("bad-file", `${sourceName(source)} is cut off: it ends within its header.`);
  } finally {
    await file.close();
  }
}

export async function loadModel(loading: Loading, wire: WireLoad): Promise<WireInfo> {
  const { engine, threads } = loading;
  const file = await ModelFile.open(wire.source, wire.store, wire.sha256);
  try {
    let fileBytes = await pour(file, loading, wire);
    // What was kept may be another file than the one that is wanted by now.
    if (fileBytes === undefined && file.forget()) {
      fileBytes = await pour(file, loading, wire);
    }
    if (fileBytes === undefined) {
      throw new OneheadError(
        "wrong-hash",
        `${sourceName(wire.source)} is not the file that was asked for: its SHA-256 is not ${wire.sha256}.`,
      );
    }
    engine.endLoad();
    await file.finish(wire.sha256);
    const threadInfo = await threads.settle();
    const { isa: _, ...info } = engine.info();
    return {
      ...info,
      ...threadInfo,
      windows: Array.from({ length: info.nLayers }, (_, layer) => engine.call((raw) => raw.layerWindow(layer))),
      fileBytes,
      memoryBytes: engine.memory().wasmBytes,
      ...file.storage,
      metadata: JSON.parse(engine.metadataJson()),
    };
  } catch (error) {
    await file.close(error);
    throw error;
  }
}

/** The file into the engine. Gives its size, or undefined where its hash is not the one that was asked for. */
async function pour(
  file: ModelFile,
  { engine, threads, mailbox, signal, onProgress }: Loading,
  wire: WireLoad,
): Promise<number | undefined> {
  const { source } = wire;
  const begin = () => engine.beginLoad(certainBytes(source), wire.contextLength, wire.precisionF32, wire.cacheInt8);
  let hash: Sha256 | undefined;
  let loaded = 0;
  let sliceEnd = performance.now() + kSliceMs;
  let lastReport = Number.NEGATIVE_INFINITY;
  let total: number | undefined;
  const report = () => onProgress({ phase: "model", loaded, ...(total && { total }) });
  begin();
  for await (const piece of withMagic(file.pieces(signal), source)) {
    if (piece.at === 0) {
      if (loaded > 0) begin();
      loaded = 0;
      // What is kept was checked when it was fetched.
      hash = wire.sha256 === file.sha256 ? undefined : new Sha256();
    }
    let at = 0;
    while (at < piece.bytes.length) {
      at += engine.pushFile(piece.bytes, at);
      threads.begin();
      if (performance.now() >= sliceEnd) {
        await mailbox.look();
        signal.throwIfAborted();
        sliceEnd = performance.now() + kSliceMs;
      }
    }
    hash?.update(piece.bytes);
    loaded += piece.bytes.length;
    // Whoever says less than has already come was not telling the truth.
    total = piece.total !== undefined && piece.total >= loaded ? piece.total : undefined;
    if (performance.now() - lastReport >= kProgressMs) {
      lastReport = performance.now();
      report();
    }
  }
  signal.throwIfAborted();
  if (wire.sha256 && wire.sha256 !== (hash ? hash.digest() : file.sha256)) return undefined;
  total = loaded;
  report();
  return loaded;
}
