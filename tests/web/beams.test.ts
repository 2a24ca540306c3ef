// Beam search: the search alone against plain definitions, and in the engine against a search that recomputes every
// hypothesis from its first token.

import { type Candidate, load, type Model } from "onehead";
import { translate } from "onehead/tasks";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BeamSearch, type Continuation, power } from "../../web/src/beam_search.js";
import { all, failure, here, loaded, stories, tiny } from "./support.js";

type Distribution = (ids: readonly number[]) => Continuation[] | Promise<Continuation[]>;
interface Shape {
  beams: number;
  lengthPenalty: number;
  maxTokens: number;
  isEnd: (id: number) => boolean;
}

/** The search as it is defined: every continuation of every live hypothesis, sorted. */
async function plainSearch(next: Distribution, { beams, lengthPenalty, maxTokens, isEnd }: Shape): Promise<number[]> {
  const worth = (ids: number[], logprob: number) => logprob / ids.length ** lengthPenalty;
  let live: { ids: number[]; logprob: number }[] = [{ ids: [], logprob: 0 }];
  const ended: typeof live = [];
  const best = () => ended.reduce((a, b) => (worth(b.ids, b.logprob) > worth(a.ids, a.logprob) ? b : a));
  for (let n = 1; ; ++n) {
    const longer: typeof live = [];
    for (const { ids, logprob } of live) {
      for (const c of await next(ids)) longer.push({ ids: [...ids, c.id], logprob: logprob + c.logprob });
    }
    longer.sort((a, b) => b.logprob - a.logprob);
    const ends = ({ ids }: { ids: number[] }) => isEnd(ids.at(-1) as number);
    live = longer.filter((one) => !ends(one)).slice(0, beams);
    const reach = longer.indexOf(live.at(-1) as (typeof live)[0]);
    ended.push(...longer.slice(0, beams).filter((one, rank) => ends(one) && (live.length < beams || rank < reach)));
    if (n === maxTokens) return (ended.length > 0 ? best() : (live[0] as (typeof live)[0])).ids;
    if (live.length === 0) return best().ids;
    const first = live[0] as (typeof live)[0];
    if (ended.length > 0 && worth([...first.ids, -1], first.logprob) <= worth(best().ids, best().logprob)) {
      return best().ids;
    }
  }
}

async function search(next: Distribution, shape: Shape): Promise<readonly number[]> {
  const beams = new BeamSearch(shape);
  let live: number[][] = [[]];
  while (live.length > 0) {
    const continuations = await Promise.all(live.map((ids) => next(ids)));
    live = beams.extend(continuations).map(({ parent, id }) => [...(live[parent] as number[]), id]);
  }
  return beams.best;
}

/** A language of few tokens, 0 the end; what follows depends on all that came before. */
function language(nTokens: number, seed: number): (ids: readonly number[]) => Continuation[] {
  return (ids) => {
    let state = ids.reduce((s, id) => (Math.imul(s, 31) + id + 1) >>> 0, seed);
    const weights = Array.from({ length: nTokens }, () => {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
      return 1 + ((state >>> 8) % 1000);
    });
    const sum = weights.reduce((a, b) => a + b);
    return weights
      .map((weight, id) => ({ id, logprob: Math.log(weight / sum) }))
      .sort((a, b) => b.logprob - a.logprob || a.id - b.id);
  };
}
const isEnd = (id: number) => id === 0;

describe("the search", () => {
  test("is the one that is defined", async () => {
    for (let seed = 0; seed < 60; ++seed) {
      const next = language(2 + (seed % 7), seed);
      for (const beams of [1, 2, 3, 5]) {
        const shape = { beams, lengthPenalty: (seed % 5) / 2, maxTokens: 1 + (seed % 9), isEnd };
        const all = await search(next, shape);
        expect(all).toEqual(await plainSearch(next, shape));
        expect(await search((ids) => next(ids).slice(0, 2 * beams), shape)).toEqual(all);
      }
    }
  });

  test("with beams for all there is, it finds the likeliest of all texts", async () => {
    const maxTokens = 5;
    for (let seed = 0; seed < 20; ++seed) {
      const next = language(3, seed);
      let best = { ids: [] as number[], logprob: Number.NEGATIVE_INFINITY };
      const visit = (ids: number[], logprob: number) => {
        for (const c of next(ids)) {
          const longer = { ids: [...ids, c.id], logprob: logprob + c.logprob };
          if (c.id !== 0 && longer.ids.length < maxTokens) visit(longer.ids, longer.logprob);
          else if (c.id === 0 && longer.logprob > best.logprob) best = longer;
        }
      };
      visit([], 0);
      expect(await search(next, { beams: 3 ** maxTokens, lengthPenalty: 0, maxTokens, isEnd })).toEqual(best.ids);
    }
  });

  test("with one beam it takes the likeliest each time", async () => {
    for (let seed = 0; seed < 30; ++seed) {
      const next = language(6, seed);
      const greedy: number[] = [];
      while (greedy.length < 12 && greedy.at(-1) !== 0) greedy.push(next(greedy)[0]?.id as number);
      expect(await search(next, { beams: 1, lengthPenalty: 0, maxTokens: 12, isEnd })).toEqual(greedy);
    }
  });

  test("of equals the first goes on", async () => {
    const flat = () => [1, 2, 3].map((id) => ({ id, logprob: -1 }));
    expect(await search(flat, { beams: 2, lengthPenalty: 1, maxTokens: 3, isEnd })).toEqual([1, 1, 1]);
  });

  test("powers by roots", () => {
    for (const base of [1, 2, 7, 83]) {
      for (const exponent of [0, 0.3, 0.5, 0.6, 1, 1.4, 2, 9.99]) {
        expect(power(base, exponent) / base ** exponent).toBeCloseTo(1, 12);
      }
      expect(power(base, 2)).toBe(base * base);
    }
  });
});

describe("in the engine", () => {
  let model: Model;
  beforeAll(async () => {
    model = await load(stories, here);
  });
  afterAll(() => model.dispose());

  const answer = async (prompt: readonly number[], options: object) =>
    (await all(model.generate(prompt, options))).map(({ id }) => id);

  /** The next tokens after a text that is read anew from its beginning. */
  const recomputed =
    (prompt: readonly number[]): Distribution =>
    async (ids) => {
      const options = { maxTokens: 1, candidates: model.info.vocabSize, logprobs: true };
      const session = await model.createSession();
      await session.append([...prompt, ...ids].slice(0, -1));
      const [token] = await all(session.generate([...prompt, ...ids].slice(-1), options));
      session.dispose();
      // Where the likeliest token ends the text, there is no token to tell the others.
      if (token) return [...(token.candidates as Candidate[])];
      const every = Array.from({ length: model.info.vocabSize }, (_, id) => [id]);
      const scores = await model.score([...prompt, ...ids], every);
      return scores.map(({ logprob }, id) => ({ id, logprob })).sort((a, b) => b.logprob - a.logprob || a.id - b.id);
    };

  test("the same as recomputing every hypothesis", async () => {
    const prompts = ["Once upon a time", "The cat", "Lily and Tom went to the park."];
    for (const [i, text] of prompts.entries()) {
      const prompt = [...(await model.encode(text))];
      for (const beams of [2, 3]) {
        const shape = { beams, lengthPenalty: i / 2, maxTokens: 9, isEnd: (id: number) => id === model.info.eosId };
        const expected = (await plainSearch(recomputed(prompt), shape)).filter((id) => !shape.isEnd(id));
        expect(await answer(prompt, { beams, lengthPenalty: i / 2, maxTokens: 9 })).toEqual(expected);
      }
    }
  });

  test("across a block of positions, beside others, after a fork, in a session: the same", async () => {
    const prompt = [
      ...(await model.encode("One day a girl named Lily found a big red ball in the park. ".repeat(2))),
    ].slice(0, 55);
    const options = { beams: 4, maxTokens: 30 };
    const alone = await answer(prompt, options);
    const others = [answer(prompt, options), answer(prompt.slice(5), options), answer(prompt, { maxTokens: 20 })];
    expect((await Promise.all(others))[0]).toEqual(alone);
    const session = await model.createSession();
    await session.append(prompt.slice(0, 50));
    const fork = await session.fork();
    for (const one of [session, fork]) {
      const tokens = await all(one.generate(prompt.slice(50), options));
      expect(tokens.map(({ id }) => id)).toEqual(alone);
      expect(one.position).toBe(prompt.length + alone.length);
    }
    // What comes after is what would come after the text had it been read.
    const after = await all(session.generate("", { maxTokens: 5 }));
    expect(after.map(({ id }) => id)).toEqual(await answer([...prompt, ...alone], { maxTokens: 5 }));
  });

  test("one beam is no search", async () => {
    const prompt = [...(await model.encode("The dog"))];
    expect(await answer(prompt, { beams: 1, maxTokens: 20 })).toEqual(await answer(prompt, { maxTokens: 20 }));
  });

  test("the text is likelier than the greedy one, by its own count", async () => {
    const prompt = await model.encode("He was sad");
    const sum = async (options: object) => {
      const tokens = await all(model.generate(prompt, { maxTokens: 12, logprobs: true, ...options }));
      expect(tokens).toHaveLength(12);
      const [score] = await model.score(prompt, [tokens.map(({ id }) => id)]);
      const total = tokens.reduce((n, { logprob }) => n + (logprob as number), 0);
      expect(total).toBe(score?.logprob);
      return total;
    };
    expect(await sum({ beams: 4 })).toBeGreaterThan(await sum({}));
  });

  test("tokens have their texts, candidates and traces", async () => {
    const trace = { queries: "all", include: ["attention", "hidden"] } as const;
    const tokens = await all(model.generate("The cat", { beams: 3, maxTokens: 6, candidates: 2, trace }));
    const prompt = [...(await model.encode("The cat"))];
    const ids = tokens.map(({ id }) => id);
    expect(tokens.map(({ text }) => text).join("")).toBe(
      (await model.generate("The cat", { beams: 3, maxTokens: 6 }).result()).text,
    );
    expect(tokens[0]?.trace?.tokens.map(({ id }) => id)).toEqual(prompt);
    expect(tokens[1]?.trace?.tokens.map(({ id }) => id)).toEqual(ids.slice(0, 1));
    const whole = await model.trace([...prompt, ...ids.slice(0, 3)], { ...trace, queries: "last" });
    expect(tokens[3]?.trace?.hidden?.data).toEqual(whole.hidden.data);
    expect(tokens[3]?.candidates).toHaveLength(2);
  });

  test("stop strings, ablation, the context's end", async () => {
    const options = { beams: 3, maxTokens: 25 };
    const { text } = await model.generate("He was sad", options).result();
    const stop = text.slice(20, 24);
    const stopped = await model.generate("He was sad", { ...options, stop: [stop] }).result();
    expect(stopped).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finishReason: "stop" });
    const ablate = Array.from({ length: 4 }, (_, layer) => ({ layer, head: 0 }));
    expect((await model.generate("He was sad", { ...options, ablate }).result()).text).not.toBe(text);
    const small = await loaded(stories, { ...here, contextLength: 12 });
    const { finishReason, usage } = await small.generate("Once upon a time", { beams: 2 }).result();
    expect(finishReason).toBe("context");
    expect(usage.promptTokens + usage.completionTokens).toBe(12);
  });

  test("stopping gives the session back where it stood, and the memory", async () => {
    const session = await model.createSession();
    await session.append("Once upon a time");
    const { position } = session;
    let before = 0;
    for (let i = 0; i < 6; ++i) {
      const reason = new Error("enough");
      const stop = new AbortController();
      const running = session.generate(" there was", { beams: 8, maxTokens: 200, signal: stop.signal }).result();
      setTimeout(() => stop.abort(reason), 5);
      await expect(running).rejects.toBe(reason);
      expect(session.position).toBe(position);
      // What the first ones took stays at hand for others.
      if (i === 2) before = (await model.memory()).heapBytes;
    }
    expect((await model.memory()).heapBytes).toBeLessThan(before + 50_000);
    expect((await session.generate("", { maxTokens: 1 }).result()).usage.completionTokens).toBe(1);
  });

  test("options that cannot be honoured together", async () => {
    for (const options of [
      { beams: 2, temperature: 1 },
      { beams: 2, repetitionPenalty: 1.1 },
      { lengthPenalty: 1 },
      { beams: 1, lengthPenalty: 1 },
    ]) {
      expect((await failure(() => model.generate("a", options))).code).toBe("unsupported-option");
    }
    for (const options of [{ beams: 0 }, { beams: 33 }, { beams: 2, lengthPenalty: -1 }]) {
      expect((await failure(() => model.generate("a", options))).code).toBe("bad-argument");
    }
  });
});

test("a translation by beams", async () => {
  const model = await loaded(tiny);
  const text = "The cat purrs. Where did you buy those shoes?";
  const [one, four] = await Promise.all([
    translate(model, text).result(),
    translate(model, text, { beams: 4, lengthPenalty: 1.4 }).result(),
  ]);
  expect(four.sentences.map(({ finishReason }) => finishReason)).toEqual(["eos", "eos"]);
  expect(four.text).toMatch(/\bgat[oa]\b/i);
  const worth = async ({ sentences }: typeof one) => {
    const total = await Promise.all(
      sentences.map(async ({ promptIds, tokens }) => {
        const ids = [...tokens.map(({ id }) => id), model.info.eosId];
        const [score] = await model.score(promptIds, [ids]);
        return (score?.logprob as number) / ids.length ** 1.4;
      }),
    );
    return total;
  };
  const [greedy, found] = [await worth(one), await worth(four)];
  for (const [i, value] of found.entries()) expect(value).toBeGreaterThanOrEqual(greedy[i] as number);
});
