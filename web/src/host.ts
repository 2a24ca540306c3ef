// The engine's side: answers requests. It runs in a worker, or in the caller's own thread with `worker: false`.

import { RankJob, searchBeams } from "./beams.js";
import { Conversation, type Turn } from "./conversation.js";
import { Engine } from "./engine.js";
import { OneheadError, toWire } from "./errors.js";
import { AppendJob, type Found, GenerateJob, type Outcome, requireRoom, ScoreJob, TraceJob } from "./jobs.js";
import { estimateModel, type Loading, loadModel } from "./load_model.js";
import { type Mailbox, openMailbox } from "./mailbox.js";
import type { Answer, Operation, Operations, Request, SessionState, WireInfo, WireResult } from "./protocol.js";
import { bindEngine } from "./raw_engine.js";
import { type Job, Scheduler } from "./scheduler.js";
import { type Continued, encodeContinuation, joinScores } from "./score.js";
import { Sequence } from "./sequence.js";
import type { ThreadPlace } from "./thread.js";
import { createMemory, Threads } from "./threads.js";
import { TraceTap, traceBuffers } from "./trace.js";
import type { Score, Trace } from "./types.js";
import { instantiate } from "./wasm_module.js";
import { Work } from "./work.js";

type Args<O extends Operation> = Operations[O]["args"];
type Value<O extends Operation> = Operations[O]["value"];
type Reply = (answer: Answer, transfer?: Transferable[]) => void;

/** Of an answer whose length nobody knows; beyond, memory is taken block by block. */
const kReservedTokens = 256;
const kScoresAtOnce = 16;
/** Positions of a K/V block. */
const kBlockPositions = 64;
const kScoreBytes = 64 * 2 ** 20;

export class Host {
  readonly #reply: Reply;
  readonly #mailbox: Mailbox = openMailbox();
  readonly #stop = new AbortController();
  readonly #sessions = new Map<number, Sequence>();
  readonly #works = new Map<number, Work>();
  #engine: Engine | undefined;
  #threadsStarted: ((failure: string | undefined) => void) | undefined;
  #scheduler: Scheduler | undefined;
  #info: WireInfo | undefined;

  constructor(reply: Reply) {
    this.#reply = reply;
  }

  /** Answers one request. */
  async handle(request: Request): Promise<void> {
    const { id, op } = request;
    try {
      // Each operation starts before this yields, so that requests take effect in the order of their arrival.
      const value = await (this[op] as (args: unknown, id: number) => unknown)(request, id);
      const transfer =
        op === "trace"
          ? traceBuffers(value as Trace)
          : op === "save"
            ? [(value as Uint8Array).buffer as ArrayBuffer]
            : [];
      this.#reply({ id, value }, transfer);
    } catch (error) {
      this.#reply({ id, error: toWire(error) });
    }
  }

  /** Frees everything. */
  close(): void {
    this.#stop.abort();
    const gone = new OneheadError("disposed", "The model was disposed.");
    this.#scheduler?.failAll(gone);
    this.#engine?.delete();
    this.#mailbox.close();
  }

  async estimate(args: Args<"estimate">, id: number): Promise<Value<"estimate">> {
    return estimateModel(await this.#start(args, id), args);
  }

  async load(args: Args<"load">, id: number): Promise<Value<"load">> {
    const loading = await this.#start(args, id);
    this.#info = await loadModel(loading, args);
    this.#scheduler = new Scheduler(loading.engine, this.#mailbox);
    return this.#info;
  }

  async #start({ module, threads }: Args<"load">, id: number): Promise<Loading> {
    const memory = createMemory(threads.shared);
    const engine = new Engine(bindEngine(instantiate(module, memory), memory));
    this.#engine = engine;
    return {
      engine,
      threads: new Threads(engine, module, memory, threads, (places) => this.#startThreads(id, places)),
      mailbox: this.#mailbox,
      signal: this.#stop.signal,
      onProgress: (progress) => this.#reply({ id, progress }),
    };
  }

  /** The caller's thread makes them (thread_pool.ts). */
  #startThreads(id: number, places: ThreadPlace[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#threadsStarted = (failure) => (failure === undefined ? resolve() : reject(new Error(failure)));
      this.#reply({ id, places });
    });
  }

  threadsStarted({ failure }: Args<"threadsStarted">): Value<"threadsStarted"> {
    this.#threadsStarted?.(failure);
  }

  #loaded(): { engine: Engine; scheduler: Scheduler; info: WireInfo } {
    if (!this.#engine || !this.#scheduler || !this.#info) throw new Error("no model is loaded");
    return { engine: this.#engine, scheduler: this.#scheduler, info: this.#info };
  }

  encode({ text, bos, special }: Args<"encode">): Value<"encode"> {
    return this.#loaded().engine.encode(text, bos, special);
  }

  decode({ ids }: Args<"decode">): Value<"decode"> {
    return this.#loaded().engine.decode(ids);
  }

  chatTokens(): Value<"chatTokens"> {
    const { engine, info } = this.#loaded();
    const name = (id: number) => (id < 0 ? "" : engine.tokenText(id));
    return { bos: name(info.bosId), eos: name(info.eosId), control: engine.controlPieces() };
  }

  memory(): Value<"memory"> {
    return this.#loaded().engine.memory();
  }

  createSession(): Value<"createSession"> {
    return this.#adopt(Sequence.create(this.#loaded().engine));
  }

  fork({ session }: Args<"fork">): Value<"fork"> {
    return this.#adopt(this.#session(session).fork());
  }

  save({ session }: Args<"save">): Value<"save"> {
    return this.#session(session).save();
  }

  restore({ bytes }: Args<"restore">): Value<"restore"> {
    return this.#adopt(Sequence.restore(this.#loaded().engine, bytes));
  }

  #adopt(sequence: Sequence): SessionState & { session: number } {
    // Handles of the engine count from 0, and 0 stands for "no session" on the line.
    const session = sequence.handle + 1;
    this.#sessions.set(session, sequence);
    return { session, ...sequence.state };
  }

  #session(session: number): Sequence {
    const sequence = this.#sessions.get(session);
    if (!sequence) throw new OneheadError("disposed", "The session was disposed.");
    if (sequence.job) throw new OneheadError("busy", "The session is busy with another call.");
    return sequence;
  }

  rewind({ session, position }: Args<"rewind">): Value<"rewind"> {
    const sequence = this.#session(session);
    sequence.truncate(position);
    return sequence.state;
  }

  freeSession({ session }: Args<"freeSession">): undefined {
    const sequence = this.#sessions.get(session);
    if (!sequence) return;
    const { engine, scheduler } = this.#loaded();
    for (const work of this.#works.values()) {
      if (work.session === sequence) work.end(scheduler, engine);
    }
    this.#sessions.delete(session);
    sequence.free();
  }

  abort({ target, session, position }: Args<"abort">): Value<"abort"> {
    const { engine, scheduler } = this.#loaded();
    this.#works.get(target)?.end(scheduler, engine);
    const sequence = this.#sessions.get(session);
    sequence?.truncate(position);
    sequence?.endAnswer();
    return sequence?.state ?? { position: 0, kvBytes: 0 };
  }

  append({ session, prompt }: Args<"append">, id: number): Promise<Value<"append">> {
    const sequence = this.#session(session);
    const { engine, info } = this.#loaded();
    const ids = this.#encodePrompt(prompt, sequence.ids.length === 0);
    const begin = sequence.ids.length;
    requireRoom(begin + ids.length, info.contextLength, "The text");
    return this.#work(id, sequence, async (work) => {
      sequence.reserve(begin + ids.length);
      for (const token of ids) sequence.ids.push(token);
      if (sequence.cached === sequence.ids.length) return sequence.state;
      try {
        return await this.#run(work, (outcome) => new AppendJob(engine, sequence, outcome));
      } catch (error) {
        if (!work.ended) sequence.truncate(begin);
        throw error;
      }
    });
  }

  generate(args: Args<"generate">, id: number): Promise<Value<"generate">> {
    const { engine, info } = this.#loaded();
    const session = args.session ? this.#session(args.session) : undefined;
    const { prompt } = args;
    const chat = typeof prompt === "object" && "text" in prompt ? prompt : undefined;
    const { keep: begin, ids } = this.#turn(session, prompt);
    const end = begin + ids.length;
    requirePrompt(end);
    requireRoom(end + 1, info.contextLength, "The prompt with an answer of one token");
    const tap = args.trace && new TraceTap(args.trace, info);
    const last = Math.min(end + args.maxTokens, info.contextLength);
    if (tap && args.trace) {
      const first = tap.bytes(args.trace.queries === "all" ? ids.length : 1, end, ids.length);
      requireBytes(Math.max(first, tap.bytes(1, last, 1)), args.trace.maxBytes);
    }
    for (const { layer, head } of args.ablate) {
      if (layer >= info.nLayers || head >= info.nQueryHeads) {
        throw new OneheadError("bad-argument", `ablate: there is no head ${head} in layer ${layer}.`);
      }
    }
    return this.#work(id, session, async (work) => {
      const sequence = session ?? this.#own(work, Sequence.create(engine));
      sequence.reserve(Math.min(last, end + kReservedTokens));
      if (chat) sequence.truncate(begin);
      for (const token of ids) sequence.ids.push(token);
      if (chat) sequence.conversation.asked(chat, end);
      sequence.uncacheLast();
      engine.configureSession(sequence.handle, args);
      if (args.ablate.length > 0) engine.setAblation(sequence.handle, args.ablate);
      let job: GenerateJob | undefined;
      let text = "";
      try {
        const found = args.beams > 1 ? await this.#searchBeams(work, sequence, args, last - end) : undefined;
        const result = await this.#run<WireResult>(work, (outcome) => {
          const send = (tokens: Extract<Answer, { tokens: unknown }>["tokens"]) => {
            for (const token of tokens) text += token.text;
            this.#reply(
              { id, tokens, state: sequence.state },
              tokens.flatMap(({ trace }) => traceBuffers(trace)),
            );
          };
          const more = { begin, contextLength: info.contextLength, tap, send, found };
          job = new GenerateJob(engine, sequence, args, more, outcome);
          return job;
        });
        // A stop string may have cut the last token's text.
        if (chat && result.finishReason !== "stop") {
          sequence.conversation.answered(text + result.tail, sequence.ids.length);
        }
        return result;
      } catch (error) {
        if (!work.ended) {
          sequence.truncate(job?.standing ?? begin);
          sequence.endAnswer();
        }
        throw error;
      }
    });
  }

  /** Leaves the sequence where it stood, or with its prompt read but for the last token. */
  async #searchBeams(work: Work, sequence: Sequence, args: Args<"generate">, limit: number): Promise<Found> {
    const { engine } = this.#loaded();
    // A trace covers the prompt, which is then read again.
    const prompt = args.trace ? this.#own(work, sequence.fork()) : sequence;
    const found = await searchBeams(engine, prompt, args, limit, {
      rank: (fork, n) => this.#run(work, (outcome) => new RankJob(engine, fork, n, outcome)),
      keep: (fork) => work.own.push(fork),
      free: (fork) => {
        work.own.splice(work.own.indexOf(fork), 1);
        fork.free();
      },
    });
    sequence.uncacheLast();
    return found;
  }

  score({ prompt, continuations }: Args<"score">, id: number): Promise<Score[]> {
    const { engine, info } = this.#loaded();
    const parts = encodeContinuation(engine, prompt, continuations);
    for (const { ids } of parts) requireRoom(ids.length, info.contextLength, "A continuation");
    return this.#work(id, undefined, async (work) => {
      if (parts.length === 0) return [];
      const base = this.#own(work, Sequence.create(engine));
      const longest = Math.max(...parts.map(({ ids }) => ids.length));
      // What every continuation reads: all of the prompt but its last token, whose logits are the first answer.
      const shared = Math.min(...parts.map(({ begin }) => begin)) - 1;
      base.reserve(shared);
      for (const token of (parts[0] as Continued).ids.slice(0, shared)) base.ids.push(token);
      if (shared > 0) await this.#run(work, (outcome) => new AppendJob(engine, base, outcome));
      // Each fork takes whole blocks for its own tokens, the last shared one too.
      const affordable = Math.floor(kScoreBytes / (info.kvBytesPerToken * (longest - shared + 2 * kBlockPositions)));
      return joinScores(parts, Math.max(1, Math.min(kScoresAtOnce, affordable)), async ({ ids, begin }) => {
        const fork = base.fork();
        work.own.push(fork);
        fork.reserve(ids.length - 1);
        for (const token of ids.slice(shared, -1)) fork.ids.push(token);
        const score = await this.#run<Score>(work, (outcome) => new ScoreJob(engine, fork, ids, begin, outcome));
        work.own.splice(work.own.indexOf(fork), 1);
        fork.free();
        return score;
      });
    });
  }

  trace({ session, prompt, trace }: Args<"trace">, id: number): Promise<Trace> {
    const { engine, info } = this.#loaded();
    const past = session ? this.#session(session) : undefined;
    const begin = past?.ids.length ?? 0;
    const ids = this.#encodePrompt(prompt, begin === 0);
    requirePrompt(ids.length);
    const end = begin + ids.length;
    requireRoom(end, info.contextLength, "The text");
    const { queries } = trace;
    const tap = new TraceTap(trace, info);
    const chosen = typeof queries === "string" ? undefined : new Set(queries);
    const outside = [...(chosen ?? [])].find((position) => position < begin || position >= end);
    if (outside !== undefined) {
      throw new OneheadError(
        "bad-argument",
        `trace.queries: there is no position ${outside}; the traced text has the positions ${begin} to ${end - 1}.`,
      );
    }
    const nQueries = chosen?.size ?? (queries === "all" ? ids.length : 1);
    requireBytes(tap.bytes(nQueries, end, ids.length), trace.maxBytes);
    const asks = (position: number) =>
      position >= begin && (chosen ? chosen.has(position) : queries === "all" || position === end - 1);
    return this.#work(id, undefined, (work) => {
      const sequence = this.#own(work, past ? past.fork() : Sequence.create(engine));
      sequence.reserve(end);
      for (const token of ids) sequence.ids.push(token);
      return this.#run(work, (outcome) => new TraceJob(engine, sequence, tap, { begin, asks }, outcome));
    });
  }

  /** What of the session stays, and what is read after it. */
  #turn(session: Sequence | undefined, prompt: Args<"generate">["prompt"]): Turn {
    const ids = session?.ids ?? [];
    if (typeof prompt === "object" && "text" in prompt) {
      const { engine } = this.#loaded();
      return (session?.conversation ?? new Conversation()).plan(engine, prompt, ids);
    }
    return { keep: ids.length, ids: this.#encodePrompt(prompt, ids.length === 0) };
  }

  #encodePrompt(prompt: string | Int32Array, first: boolean): Int32Array {
    if (typeof prompt !== "string") return prompt;
    if (prompt === "") return new Int32Array(0);
    return this.#loaded().engine.encode(prompt, first ? undefined : false, false);
  }

  #own(work: Work, sequence: Sequence): Sequence {
    work.own.push(sequence);
    return sequence;
  }

  /** Keeps the books of a request that runs over several slices. */
  async #work<T>(id: number, session: Sequence | undefined, run: (work: Work) => Promise<T>): Promise<T> {
    const { engine, scheduler } = this.#loaded();
    const work = new Work();
    work.session = session;
    if (session) session.job = work;
    this.#works.set(id, work);
    try {
      return await run(work);
    } finally {
      this.#works.delete(id);
      work.end(scheduler, engine);
    }
  }

  #run<T>(work: Work, make: (outcome: Outcome<T>) => Job): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const leave = () => work.jobs.delete(entry);
      const outcome: Outcome<T> = {
        done: (value) => {
          leave();
          resolve(value);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const entry = { job: make(outcome), fail: outcome.fail };
      work.jobs.add(entry);
      this.#loaded().scheduler.add(entry.job);
    });
  }
}

function requirePrompt(end: number): void {
  if (end > 0) return;
  throw new OneheadError(
    "empty-prompt",
    "The prompt is empty. To start from nothing, pass the beginning-of-text token: [model.info.bosId].",
  );
}

function requireBytes(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new OneheadError(
    "max-bytes",
    `The trace would take ${bytes} bytes, and maxBytes is ${maxBytes}. Ask for fewer layers, heads or queries, or raise maxBytes.`,
  );
}
