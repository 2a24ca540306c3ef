// Conversations: each turn reads only what is new, and answers as if all of it had been read at once.

import { type ChatMessage, load, type Model, type Session } from "onehead";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksum } from "../../web/src/checksum.js";
import { joinNotes } from "../../web/src/saved_chat.js";
import { all, failure, here, loaded, read, stories } from "./support.js";
import { withTemplate } from "./with_template.js";

const template = `{{ bos_token }}{% for m in messages %}{% if m.role == 'assistant' %}{{ m.content }}</s>{% else %}{{ m.role }}: {{ m.content | trim }}
{% if not loop.last and messages[loop.index0 + 1].role != 'assistant' %}{{ raise_exception('An answer is missing.') }}{% endif %}she said: {% endif %}{% endfor %}`;
const file = withTemplate(read("tests/data/stories260K.gguf"), template);

let model: Model;
beforeAll(async () => {
  model = await load(file, here);
});
afterAll(() => model.dispose());

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });
const few = { maxTokens: 12 };
const special = { special: true, bos: false };

/** A turn: its result, and the tokens that came. */
async function turn(session: Session, messages: ChatMessage[], options: object = few) {
  const generation = session.chat(messages, options);
  const tokens = await all(generation);
  return { ...(await generation.result()), ids: tokens.map(({ id }) => id) };
}

describe("the template is written out", () => {
  test("and read with its control tokens, after one beginning of the text", async () => {
    const session = await model.createSession();
    const { text, usage } = await turn(session, [user(" Hi. ")]);
    const ids = await model.encode("<s>user: Hi.\nshe said: ", special);
    expect(ids[0]).toBe(model.info.bosId);
    expect(usage.promptTokens).toBe(ids.length);
    expect((await model.generate(ids, few).result()).text).toBe(text);
    expect(session.position).toBe(ids.length + usage.completionTokens);
  });
});

describe("a second turn", () => {
  test.each([
    ["greedy", few],
    ["sampled, in tokens that its text would not be cut into", { ...few, temperature: 1.5, seed: 3 }],
  ])("reads what is new, %s", async (_, options) => {
    const session = await model.createSession();
    const first = await turn(session, [user("Hi.")], options);
    const position = session.position;
    const second = await turn(session, [user("Hi."), assistant(first.text), user("And?")], options);
    const prompt = await model.encode("<s>user: Hi.\nshe said: ", special);
    const next = await model.encode("</s>user: And?\nshe said: ", special);
    expect(second.usage.promptTokens).toBe(next.length);
    expect(session.position).toBe(position + next.length + second.usage.completionTokens);
    const whole = await model.generate([...prompt, ...first.ids, ...next], options).result();
    expect(second.text).toBe(whole.text);
  });

  test("again: nothing is read", async () => {
    const session = await model.createSession();
    const first = await turn(session, [user("Hi.")]);
    const again = await turn(session, [user("Hi.")]);
    expect(again.text).toBe(first.text);
    expect(again.usage.promptTokens).toBe(0);
    const other = await turn(session, [user("Hi.")], { ...few, temperature: 1, seed: 7 });
    expect(other.usage.promptTokens).toBe(0);
    expect(other.text).not.toBe(first.text);
  });

  test("with another question instead: what is shared stays", async () => {
    const session = await model.createSession();
    const first = await turn(session, [user("Hi.")]);
    const history = [user("Hi."), assistant(first.text)];
    await turn(session, [...history, user("Where is the red ball?")]);
    const changed = await turn(session, [...history, user("Where is the red cat?")]);
    const asked = await model.encode("</s>user: Where is the red cat?\nshe said: ", special);
    expect(changed.usage.promptTokens).toBeLessThan(asked.length);
    const fresh = await turn(await model.createSession(), [user("Hi.")]);
    expect(fresh.text).toBe(first.text);
    const prompt = await model.encode("<s>user: Hi.\nshe said: ", special);
    const whole = await model.generate([...prompt, ...first.ids, ...asked], few).result();
    expect(changed.text).toBe(whole.text);
  });

  test("with an answer that was changed: read as if new", async () => {
    const session = await model.createSession();
    await turn(session, [user("Hi.")]);
    const messages = [user("Hi."), assistant("I am a bird."), user("Oh!")];
    const { text } = await turn(session, messages);
    expect(text).toBe((await turn(await model.createSession(), messages)).text);
  });

  test("with another conversation altogether", async () => {
    const session = await model.createSession();
    await turn(session, [user("Hi.")]);
    const { text } = await turn(session, [user("A dog ran.")]);
    expect(text).toBe((await turn(await model.createSession(), [user("A dog ran.")])).text);
  });

  test("after a stop string, whose token's text was cut", async () => {
    const session = await model.createSession();
    const { text } = await turn(session, [user("Hi.")], { maxTokens: 40 });
    const stop = text.slice(7, 9);
    const cut = await turn(session, [user("Hi.")], { maxTokens: 40, stop: [stop] });
    expect(cut.text).toBe(text.slice(0, text.indexOf(stop)));
    const messages = [user("Hi."), assistant(cut.text), user("Oh!")];
    const next = await turn(session, messages);
    expect(next.text).toBe((await turn(await model.createSession(), messages)).text);
  });

  test("in a fork, beside the first", async () => {
    const session = await model.createSession();
    const { text } = await turn(session, [user("Hi.")]);
    const fork = await session.fork();
    const [a, b] = await Promise.all([
      turn(session, [user("Hi."), assistant(text), user("One.")]),
      turn(fork, [user("Hi."), assistant(text), user("Two.")]),
    ]);
    const tail = (word: string) => model.encode(`</s>user: ${word}.\nshe said: `, special);
    expect(a.usage.promptTokens).toBe((await tail("One")).length);
    expect(b.usage.promptTokens).toBe((await tail("Two")).length);
  });

  test("after other calls on the session: what fits is used, and nothing else", async () => {
    const session = await model.createSession();
    const { text } = await turn(session, [user("Hi.")]);
    const messages = [user("Hi."), assistant(text), user("Oh!")];
    const expected = (await turn(session, messages)).text;
    await session.append("Something else.");
    expect((await turn(session, messages)).text).toBe(expected);
    await session.rewind(5);
    await session.append([9, 10, 11]);
    expect((await turn(session, messages)).text).toBe(expected);
    await session.rewind(0);
    expect((await turn(session, messages)).text).toBe(expected);
  });
});

describe("saved and restored", () => {
  const options = { ...few, temperature: 1.5, seed: 3 };

  /** A conversation of one turn, as bytes, and the messages of the next. */
  async function away() {
    const session = await model.createSession();
    const { text } = await turn(session, [user("Hi.")], options);
    return { session, saved: await session.save(), messages: [user("Hi."), assistant(text), user("And?")] };
  }

  test("it goes on in another engine, and nothing is read again", async () => {
    const { session, saved, messages } = await away();
    const other = await loaded(file);
    const restored = await other.restore(saved);
    expect(restored.position).toBe(session.position);
    expect(await restored.save()).toEqual(saved);
    const stayed = await turn(session, messages, options);
    expect(await turn(restored, messages, options)).toMatchObject({
      text: stayed.text,
      ids: stayed.ids,
      usage: stayed.usage,
    });
    const next = await model.encode("</s>user: And?\nshe said: ", special);
    expect(stayed.usage.promptTokens).toBe(next.length);
    // And on from there, in a copy of the copy.
    const more = [...messages, assistant(stayed.text), user("Why?")];
    const again = await (await model.restore(await restored.save())).fork();
    expect((await turn(again, more, options)).usage).toEqual((await turn(session, more, options)).usage);
  });

  test("damage to what it says of the conversation is noticed", async () => {
    const { saved } = await away();
    const end = saved.lastIndexOf("{".charCodeAt(0));
    expect(end).toBeGreaterThan(saved.length / 2);
    for (let at = end; at < saved.length; ++at) {
      const changed = saved.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect((await failure(() => model.restore(changed))).code, String(at)).toBe("bad-session");
    }
    for (const n of [1, 8, 16, 17, saved.length - end - 1]) {
      expect((await failure(() => model.restore(saved.subarray(0, -n)))).code).toBe("bad-session");
    }
    expect((await failure(() => model.restore(saved.subarray(end)))).code).toBe("bad-session");
    expect((await model.restore(saved)).position).toBeGreaterThan(0);
  });

  test.each(["{]", "null", "[7]", '{"text":"Hi"}', '{"text":"Hi","breaks":[9],"anchors":[]}'])(
    "what a stranger writes of it, its checksum right, is checked: %s",
    async (notes) => {
      const plain = await (await model.createSession()).save();
      const forged = joinNotes(plain, "-".repeat(notes.length - 2)); // so long with its quotes
      const text = new TextEncoder().encode(notes);
      forged.set(text, plain.length);
      new DataView(forged.buffer).setUint32(plain.length + text.length + 4, checksum(text), true);
      expect((await failure(() => model.restore(forged))).code).toBe("bad-session");
    },
  );
});

test("control tokens in a message are text", async () => {
  const count = async (content: string) =>
    (await turn(await model.createSession(), [user(`a${content}b`)], { maxTokens: 1 })).usage.promptTokens;
  const asText = await model.encode("</s>", { bos: false });
  expect(asText.length).toBeGreaterThan(2);
  expect((await count("</s>")) - (await count(""))).toBeGreaterThan(2);
});

test("an abort leaves a session that goes on", async () => {
  const session = await model.createSession();
  const expected = (await turn(await model.createSession(), [user("Hi.")])).text;
  const stop = new AbortController();
  const running = session.chat([user("Hi.")], { signal: stop.signal });
  const reason = new Error("enough");
  await expect(
    (async () => {
      for await (const { index } of running) if (index === 3) stop.abort(reason);
    })(),
  ).rejects.toBe(reason);
  expect((await turn(session, [user("Hi.")])).text).toBe(expected);
  const early = session.chat([user("Hi.")], { signal: AbortSignal.abort(reason) });
  await expect(early.result()).rejects.toBe(reason);
  // While the template is being rendered.
  const late = new AbortController();
  const aborted = session.chat([user("Hi.")], { signal: late.signal });
  late.abort(reason);
  await expect(aborted.result()).rejects.toBe(reason);
  expect((await turn(session, [user("Hi.")])).text).toBe(expected);
});

test.each([
  ["in this thread", here],
  ["in a worker", {}],
])("what came before an abort is part of the conversation, %s", async (_, where) => {
  const own = await loaded(file, where);
  const session = await own.createSession();
  const options = { maxTokens: 400, temperature: 1.5, seed: 3 };
  const stop = new AbortController();
  const ids: number[] = [];
  let text = "";
  const running = (async () => {
    for await (const token of session.chat([user("Hi.")], { ...options, signal: stop.signal })) {
      ids.push(token.id);
      text += token.text;
      if (ids.length === 9) stop.abort(new Error("enough"));
    }
  })();
  await expect(running).rejects.toThrow("enough");
  const { position } = session;
  const next = await own.encode("</s>user: And?\nshe said: ", special);
  const second = await turn(session, [user("Hi."), assistant(text), user("And?")]);
  expect(second.usage.promptTokens).toBe(next.length);
  expect(session.position).toBe(position + next.length + second.usage.completionTokens);
  const prompt = await own.encode("<s>user: Hi.\nshe said: ", special);
  expect(second.text).toBe((await own.generate([...prompt, ...ids, ...next], few).result()).text);
});

describe("layers that see a window", () => {
  const gemma = withTemplate(read("tests/goldens/models/gemma3-3x1-f16.gguf"), template);
  const history = (answer: string, last: string) => [user("the rain in spain"), assistant(answer), user(last)];

  test("the next turn reads what is new; going far back reads all of it, and the answer is a new session's", async () => {
    const windowed = await loaded(gemma);
    const session = await windowed.createSession();
    const first = await turn(session, [user("the rain in spain")], { maxTokens: 110 });
    expect(first.usage.completionTokens).toBe(110);
    const messages = history(first.text, "stays mainly");
    const onward = await turn(session, messages);
    expect(onward.usage.promptTokens).toBeLessThan(60);

    const other = [user("the rain in france")];
    const { length } = await windowed.encode("<s>user: the rain in france\nshe said: ", special);
    const fresh = await turn(await windowed.createSession(), other);
    const back = await turn(session, other);
    expect([back.text, back.ids]).toEqual([fresh.text, fresh.ids]);
    expect(fresh.usage.promptTokens).toBeGreaterThanOrEqual(length);
    expect(back.usage.promptTokens).toBe(fresh.usage.promptTokens);
    // From then on nothing is read twice again.
    const more = [...other, assistant(back.text), user("and then?")];
    const after = await turn(session, more);
    expect(after.usage.promptTokens).toBeLessThan(60);
    expect(after.text).toBe((await turn(await windowed.createSession(), more)).text);
  });
});

test("one call at a time", async () => {
  const session = await model.createSession();
  const first = session.chat([user("Hi.")], few);
  expect((await failure(() => session.chat([user("Hi.")], few).result())).code).toBe("busy");
  expect((await failure(() => session.append("x"))).code).toBe("busy");
  await first.result();
  await session.append("x");
  const last = session.chat([user("Hi.")], few);
  session.dispose();
  expect((await failure(() => last.result())).code).toBe("disposed");
  expect((await failure(() => session.chat([user("Hi.")]).result())).code).toBe("disposed");
});

describe("errors", () => {
  test("a base model names generate", async () => {
    const session = await (await loaded(stories)).createSession();
    const { code, message } = await failure(() => session.chat([user("Hi.")]));
    expect(code).toBe("no-chat-template");
    expect(message).toMatch(/generate/);
  });

  test("a conversation that the template refuses; the session goes on", async () => {
    const session = await model.createSession();
    const { code, message } = await failure(() => session.chat([user("Hi."), user("Hello?")]).result());
    expect(code).toBe("template-failed");
    expect(message).toMatch(/An answer is missing/);
    await turn(session, [user("Hi.")]);
  });

  test.each([
    ["none", undefined],
    ["an empty list", []],
    ["a text", "Hi."],
    ["a role that is none", [{ role: "robot", content: "x" }]],
    ["no content", [{ role: "user" }]],
    ["a content of parts", [{ role: "user", content: [{ type: "text", text: "x" }] }]],
  ])("%s", async (_, messages) => {
    const session = await model.createSession();
    expect((await failure(() => session.chat(messages as never))).code).toBe("bad-argument");
  });

  test("an unknown property, an unknown option", async () => {
    const session = await model.createSession();
    const odd = [{ role: "user", content: "x", name: "Ann" }] as never;
    expect((await failure(() => session.chat(odd))).code).toBe("unknown-option");
    expect((await failure(() => session.chat([user("x")], { tools: [] } as never))).code).toBe("unknown-option");
  });

  test("more than the context holds", async () => {
    const session = await model.createSession();
    const long = user("The cat sat on the mat. ".repeat(200));
    expect((await failure(() => session.chat([long]).result())).code).toBe("context-full");
    await turn(session, [user("Hi.")]);
  });
});
