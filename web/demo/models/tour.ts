// The quarter of a minute that explains the page to somebody who touches nothing.

import type { Run } from "../run/run";
import { bytesModel } from "./bytes";
import { choiceModel, defaultTarget } from "./choice";
import { spanishWords } from "./tokens";
import { grouped, numberWord } from "./words";

export interface TourStep {
  /** Position of the Spanish token to show. */
  readonly target: number;
  readonly separated: boolean;
  readonly text: string;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Two words with the slab standing still, then what ordinary attention would keep, then back. */
export function tourSteps(run: Run): TourStep[] {
  const first = defaultTarget(run);
  if (first === undefined) return [];
  const words = spanishWords(run);
  const index = words.findIndex(({ begin }) => begin === first);
  const second = (words[index + 1] ?? words[0])?.begin ?? first;
  const heads = numberWord(run.shape.nQueryHeads);
  const bytes = bytesModel(run, false);
  const name = (target: number) => choiceModel(run, target).word;
  return [
    {
      target: first,
      separated: false,
      text: `Before it wrote “${name(first)}”, each of ${heads} heads asked its own question. Dots show what it read.`,
    },
    {
      target: second,
      separated: false,
      text: `For “${name(second)}”, ${heads} new questions. The slab stays as it is: each key and value is written once.`,
    },
    {
      target: second,
      separated: true,
      text: `Ordinary attention keeps a slab for every head: ${grouped(bytes.separate)} bytes, not ${grouped(bytes.shared)}.`,
    },
    {
      target: first,
      separated: false,
      text: `${capital(heads)} heads, one slab: that is Multi-Query Attention. Now choose a word yourself.`,
    },
  ];
}
