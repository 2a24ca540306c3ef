// "Claim, what we measured, where to see it": every number comes from a study's file or from the model.

import { grouped, numberWord, percent, plural } from "../models/words";
import { at } from "../run/run";
import type { Difference, DistanceStudy, HeadsStudy, Studies, TwinsStudy } from "./studies";

export interface Claim {
  readonly topic: string;
  readonly claim: string;
  /** Sentences. */
  readonly measured: readonly string[];
  /** A place on this page, or a file. */
  readonly see: { readonly text: string; readonly href?: string };
}

const FOX = "#en=The%20quick%20brown%20fox%20jumps%20over%20the%20lazy%20dog.";
const notYet = (what: string) =>
  `Not measured yet: ${what}. It takes models that differ in nothing else, and those are still to be trained.`;

const digits = (x: number, n: number) => x.toFixed(n).replace("-", "−");
const signed = (x: number, n: number) => `${x < 0 ? "" : "+"}${digits(x, n)}`;
const interval = (half: number | null, n: number) => (half === null ? "" : ` ± ${digits(half, n)}`);
const extremes = (numbers: readonly number[]) => [Math.min(...numbers), Math.max(...numbers)] as const;

export function claims(studies: Studies): Claim[] {
  const { heads } = studies;
  return [
    {
      topic: "Context",
      claim: "Many queries over one key and value give richer context than one.",
      measured: [...(heads ? context(heads) : []), ...oneQuery(studies.twins)],
      see: { text: "the ledger's columns, one a head", href: "#inside-title" },
    },
    ...(heads
      ? [
          {
            topic: "Flexibility",
            claim: `Each query may attend to another aspect: of “${heads.word.word}” in the fox's sentence, too.`,
            measured: flexibility(heads),
            see: { text: "the fox, translated", href: FOX },
          },
        ]
      : []),
    {
      topic: "Efficiency",
      claim: "Sharing one key and value makes it cheap.",
      measured: efficiency(studies),
      see: { text: "the switch “give each head its own K and V”", href: "#inside-title" },
    },
    ...(studies.prompt
      ? [
          {
            topic: "Parallelism",
            claim: "All positions are computed at once, not one after the other.",
            measured: parallelism(studies.prompt),
            see: { text: "tests/bench/prompt.mjs" },
          },
        ]
      : []),
    ...(heads
      ? [
          {
            topic: "Distance",
            claim: "What is far away is reached as directly as what is near.",
            measured: Object.entries(heads.distance).map(([name, found]) => distance(name, found)),
            see: { text: "the maps: the farther left of the diagonal, the farther back", href: "#maps-title" },
          },
        ]
      : []),
  ];
}

function context({ between_heads: { layers }, alignment, texts }: HeadsStudy): string[] {
  const [least, most] = extremes(layers);
  const apart =
    `The heads of a layer read apart by ${digits(least, 2)} bits (layer ${layers.indexOf(least) + 1}) to ` +
    `${digits(most, 2)} (layer ${layers.indexOf(most) + 1}) on ${texts} sentences, where 0 is alike and 1 nothing in common.`;
  const { scores = [], heads = [] } = alignment;
  if (scores.length === 0 || heads.length === 0) return [apart];
  const best = Math.max(...scores);
  const layer = scores.indexOf(best);
  const alone = extremes(at(heads, layer));
  return [
    apart,
    `Together the heads of layer ${layer + 1} point at the word being translated in ${percent(best)} of cases; ` +
      `one of them alone does in ${percent(alone[0])} to ${percent(alone[1])}.`,
  ];
}

/** Against one query head, by twins. */
function oneQuery(twins: TwinsStudy | undefined): string[] {
  const found = (twins?.differences ?? []).filter(({ of, against }) => of === "h8-g1" && against.startsWith("h1-g1"));
  if (found.length === 0) return [notYet("whether they translate better than one query head")];
  return found.map(
    ({ against, chrF }) =>
      `Eight queries against one, on small twins ${against.endsWith("plain") ? "as they come" : "of equal size"}: ` +
      `chrF ${signed(chrF.difference, 2)}${interval(chrF.half, 2)}${chance(chrF)}.`,
  );
}

/** Whether a difference may be none. */
const chance = ({ difference, half }: Difference): string =>
  half !== null && Math.abs(difference) <= half ? ", which chance alone may give" : "";

/** Above this share a head has one main job; training/heads/report.py names heads alike. */
const MOSTLY = 0.5;
const JOBS: Readonly<Record<string, string>> = {
  "first token": "rest on the first token",
  "the one before": "read the token before",
  itself: "read themselves",
  "the same token, earlier": "read the same token, earlier",
};

function jobs({ roles, alignment }: HeadsStudy): string {
  const counts = new Map<string, number>();
  const layers = roles.itself ?? [];
  let total = 0;
  for (const [layer, row] of layers.entries())
    for (const head of row.keys()) {
      total++;
      const shares = Object.entries(JOBS).map(([name, job]) => [job, roles[name]?.[layer]?.[head] ?? 0] as const);
      const named = [["follow what is being translated", alignment.heads?.[layer]?.[head] ?? 0] as const, ...shares];
      const [job, share] = named.reduce((a, b) => (b[1] > a[1] ? b : a));
      if (share >= MOSTLY) counts.set(job, (counts.get(job) ?? 0) + 1);
    }
  const mixed = total - [...counts.values()].reduce((a, b) => a + b, 0);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([job, count]) => `${count} ${job}`);
  return `Of ${total} heads ${[...parts, `${mixed} do a bit of everything`].join(", ")}.`;
}

function flexibility(study: HeadsStudy): string[] {
  const { word, removal } = study;
  const readers = new Map<string, number>();
  for (const [layer, rows] of word.read_by.entries())
    for (const [head, row] of rows.entries()) {
      if (Math.max(...row) < MOSTLY) continue;
      const reader = at(at(word.most_by, layer), head);
      readers.set(reader, (readers.get(reader) ?? 0) + 1);
    }
  const total = word.read_by.flat().length;
  const strong = [...readers.values()].reduce((a, b) => a + b, 0);
  const where = [...readers].sort((a, b) => b[1] - a[1]).map(([reader, count]) => `${count} at “${reader}”`);
  const lost = extremes(removal.chrF_lost.flat());
  const gained = removal.loss_gained.flat();
  return [
    `${strong} of ${total} heads give “${word.word}” at least half of their attention somewhere` +
      `${strong > 0 ? `: ${where.join(", ")} (the translation is “${word.translation}”)` : ""}. The other ${total - strong} do nowhere.`,
    jobs(study),
    `One head silenced: the loss rises for ${gained.filter((x) => x > 0).length} of ${gained.length}, by ${digits(Math.max(...gained), 3)} at most, ` +
      `from ${digits(removal.whole.loss, 3)}; chrF on ${removal.rows.chrF} sentences changes by ${signed(-lost[1], 2)} to ${signed(-lost[0], 2)}, ` +
      "of which a few tenths are chance.",
  ];
}

function efficiency({ model, twins }: Studies): string[] {
  const { nQueryHeads, nKvHeads, kvBytesPerToken } = model;
  const times = nQueryHeads / nKvHeads;
  return [
    `${grouped(kvBytesPerToken)} bytes of keys and values a token; with one of its own for each of ${numberWord(nQueryHeads)} heads it would be ` +
      `${grouped(kvBytesPerToken * times)}: ${numberWord(times)} times as much, exactly.`,
    (twins && decodeTimes(twins)) ?? notYet("whether it is faster, too"),
  ];
}

/** Multi-head against multi-query, at the longest measured context with the most sequences. */
function decodeTimes({ twins, speed }: TwinsStudy): string | undefined {
  const [mha, mqa] = [twins["h8-g8"]?.ms, twins["h8-g1"]?.ms];
  const cases = speed.cases ?? [];
  if (mha === undefined || mqa === undefined || cases.length === 0) return undefined;
  const parts = cases.map(([context, n], i) => {
    const ratio = at(mha, i) / at(mqa, i);
    return `${digits(ratio, 2)} × at ${grouped(context)} tokens${n > 1 ? ` and ${n} texts at once` : ""}`;
  });
  return `A step with eight K/V heads takes, against one with one: ${parts.join(", ")}.`;
}

function parallelism({ measured, rounds }: NonNullable<Studies["prompt"]>): string[] {
  const parts = measured.map(
    ({ tokens, onePassMs, tokenByTokenMs }) =>
      `${tokens} tokens in ${digits(onePassMs, 1)} ms in one pass, ${digits(tokenByTokenMs, 1)} ms token by token ` +
      `(${digits(tokenByTokenMs / onePassMs, 1)} ×)`,
  );
  return [
    `What is read: ${parts.join("; ")}; the same bits come next. Medians of ${rounds} rounds in Node, one thread.`,
    "What is written still comes token by token, and this holds for any kind of attention, not for this one alone.",
  ];
}

/** Distances from here on count as far. */
const FAR = 9;

function distance(name: string, { bins, layers, even, texts }: DistanceStudy): string {
  const far = (shares: readonly number[]) =>
    shares.reduce((sum, share, i) => sum + (Number.parseInt(at(bins, i), 10) >= FAR ? share : 0), 0);
  const each = layers.map(far);
  const [least, most] = extremes(each);
  const first = layers.map((row) => at(row, bins.indexOf("first token")));
  return (
    `In ${texts} ${name}, ${percent(least)} (layer ${each.indexOf(least) + 1}) to ${percent(most)} (layer ${each.indexOf(most) + 1}) ` +
    `of attention goes ${FAR} or more tokens back, where reading everything alike would give ${percent(far(even))}; ` +
    `another ${percent(Math.min(...first))} to ${percent(Math.max(...first))} rests on the first token.`
  );
}

/** What stands below the table. */
export function leftOut({ twins }: Studies): string[] {
  const found = twins?.differences.find(({ of, against }) => of === "h8-g1" && against === "h8-g8");
  const seeds = twins?.twins["h8-g1"]?.seeds ?? 0;
  return [
    "What the article leaves out: one query head is not what MQA is usually measured against. That is multi-head attention, in which " +
      "every query head has a key and a value of its own. Against it MQA keeps fewer numbers, and may translate worse for it.",
    found
      ? `Measured on small twins of equal size (${seeds} ${plural(seeds, "seed")}, ${grouped(twins?.steps ?? 0)} steps): MQA less multi-head attention is ` +
        `chrF ${signed(found.chrF.difference, 2)}${interval(found.chrF.half, 2)}${chance(found.chrF)}. ` +
        "So short a training measures how fast they learn as well as how well they can."
      : notYet("how much worse"),
  ];
}
