// From a stream of bytes to a loaded engine: the file is looked at, then repacked piece by piece as it arrives.

import type { Engine } from "./engine.js";
import { OneheadError } from "./errors.js";
import type { Mailbox } from "./mailbox.js";
import type { WireInfo, WireLoad, WireSource } from "./protocol.js";
import { certainBytes, type Piece, readSource, sourceName } from "./source.js";
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

/** Waits until there are four bytes to judge the file by. */
async function* withMagic(pieces: AsyncIterable<Piece>, source: WireSource): AsyncGenerator<Piece> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  let total: number | undefined;
  for await (const piece of pieces) {
    total = piece.total;
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
    yield { bytes: head, total };
    head = undefined;
  }
  if (head) checkMagic(head, source);
}

export async function loadModel(
  engine: Engine,
  wire: WireLoad,
  mailbox: Mailbox,
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<WireInfo> {
  const { source } = wire;
  engine.beginLoad(certainBytes(source), wire.contextLength, wire.precisionF32);
  let loaded = 0;
  let sliceEnd = performance.now() + kSliceMs;
  let lastReport = Number.NEGATIVE_INFINITY;
  let total: number | undefined;
  const report = () => onProgress({ phase: "model", loaded, ...(total && { total }) });
  for await (const piece of withMagic(readSource(source, signal), source)) {
    let at = 0;
    while (at < piece.bytes.length) {
      at += engine.pushFile(piece.bytes, at);
      if (performance.now() >= sliceEnd) {
        await mailbox.look();
        signal.throwIfAborted();
        sliceEnd = performance.now() + kSliceMs;
      }
    }
    loaded += piece.bytes.length;
    // Whoever says less than has already come was not telling the truth.
    total = piece.total !== undefined && piece.total >= loaded ? piece.total : undefined;
    if (performance.now() - lastReport >= kProgressMs) {
      lastReport = performance.now();
      report();
    }
  }
  signal.throwIfAborted();
  engine.endLoad();
  total = loaded;
  report();
  const { isa: _, ...info } = engine.info();
  return {
    ...info,
    fileBytes: loaded,
    memoryBytes: engine.memory().wasmBytes,
    metadata: JSON.parse(engine.metadataJson()),
  };
}
