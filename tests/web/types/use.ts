// Compiled, never run: what a user's editor and compiler see. Each line marked as an error must be one.

import { type ErrorCode, load, type Model, OneheadError, type Session, type Tensor } from "onehead";
import { answer, classify, complete, loadTiny, translate } from "onehead/tasks";

export async function everything(bytes: ArrayBuffer, blob: Blob): Promise<string> {
  const stop = new AbortController();
  await using model: Model = await load("model.gguf", {
    signal: stop.signal,
    onProgress: ({ phase, loaded, total }) => console.log(phase === "model", loaded, total ?? loaded),
    request: { headers: { authorization: "x" }, credentials: "include" },
    runtime: { worker: false, threads: 1, variant: "relaxed", wasm: { simd128: new URL("file:///x.wasm") } },
  });
  await load(blob, { precision: "f32", cache: "f32", contextLength: 64 });
  await load(new Uint8Array(bytes), { transfer: true });

  const { attention } = await model.trace("text", { layers: "all", heads: [0, 1], queries: "all" });
  const first: number | undefined = attention.data[0];
  const { keys, values } = await model.trace([1, 2], { include: ["keys", "values"] });
  const tensors: Tensor[] = [attention, keys, values];

  for await (const token of model.generate(await model.encode("text"), { trace: {}, candidates: 3, stop: ["."] })) {
    const head: Tensor | undefined = token.trace?.attention;
    console.log(token.text, token.logprob, token.candidates?.[0]?.text, head?.shape, first, tensors.length);
  }
  using session: Session = await model.createSession();
  await session.append("text", { signal: stop.signal });
  const fork = await session.fork();
  const { text, finishReason, usage, timings } = await fork.generate("", { seed: 1, temperature: 0.7 }).result();
  const rate: number = timings.tokensPerSecond ?? 0;
  const scores = await model.score("a", [" b", [1, 2]]);

  const { label, probability, classes } = await classify(model, text, { labels: ["positive"], signal: stop.signal });
  const found = await answer(model, text, label, { beams: 2 }).result();
  const place: readonly [number, number] | undefined = found.places[0];
  for await (const token of complete(model, found.text ?? "", { temperature: 1, seed: 2 })) console.log(token.text);
  console.log(probability, classes[0]?.label, place);

  try {
    const translation = translate(await loadTiny({ url: new URL("file:///x") }), text, { maxTokens: 9 });
    for await (const token of translation) console.log(token.sentence.source, token.text);
    return (await translation.result()).sentences.map((sentence) => sentence.text).join(finishReason);
  } catch (error) {
    const code: ErrorCode = error instanceof OneheadError ? error.code : "internal";
    return `${code} ${rate} ${usage.promptTokens} ${scores[0]?.logprob}`;
  }
}

export async function wrong(model: Model): Promise<void> {
  // @ts-expect-error: no such option
  await load("x", { onProgres: () => {} });
  // @ts-expect-error: no such option
  model.generate("x", { max_tokens: 3 });
  // @ts-expect-error: no such tensor
  await model.trace("x", { include: ["logits"] });
  const { attention } = await model.trace("x", { include: ["keys"] });
  // @ts-expect-error: not included, so perhaps not there
  attention.data;
  // @ts-expect-error: nobody may write the info
  model.info.nLayers = 3;
  // @ts-expect-error: codes are a closed list
  const code: ErrorCode = "oops";
  console.log(code);
}
