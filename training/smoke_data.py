"""Stands in for the data folder where there is none: python smoke_data.py FOLDER

The files have the names and forms that README.md lists, and sentences of our own grammar, so that every step can be tried.
What is learnt from them is worth nothing.
"""

import gzip
import json
import random
import shutil
import sys
from pathlib import Path

from config import ROOT
from corpus import FORBIDDEN, read_rows
from grammar.generate import generate

PAIRS = 60_000
ROOMS = ("kitchen", "garden", "office", "hallway", "bathroom")
NAMES = ("Mary", "John", "Daniel", "Sandra")


def write(path: Path, lines) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in lines)


def labelled(sentences, labels, rng):
    return ["\t".join((rng.choice(labels), sentence)) for sentence in sentences]


def passages(count: int, rng: random.Random):
    """Passage, question, answer."""
    for _ in range(count):
        moves = [(rng.choice(NAMES), rng.choice(ROOMS)) for _ in range(3)]
        passage = " ".join(f"{name} went to the {room}." for name, room in moves)
        yield passage, f"Where is {moves[-1][0]}?", moves[-1][1]


def main():
    folder, rng = Path(sys.argv[1]), random.Random(1)
    held_out = [row[0] for row in read_rows(ROOT / "training" / "grammar" / "heldout.tsv")]
    pairs = generate(PAIRS, 77, [*FORBIDDEN, *held_out])
    write(folder / "tatoeba-en-es" / "train.tsv.gz", ("\t".join(pair) for pair in pairs))
    dev = ROOT / "tests" / "data" / "tatoeba-en-es" / "dev.tsv"
    shutil.copy(dev, folder / "tatoeba-en-es" / "dev.tsv")
    english = [source for source, _ in pairs[:4000]]
    two, three = ("positive", "negative"), ("positive", "negative", "neutral")
    for name in ("rt-polarity/train.tsv.gz", "customer-reviews/train.tsv.gz"):
        write(folder / name, labelled(english, two, rng))
    for name in ("uci-sentences/train.tsv", "sst2/dev.tsv"):
        write(folder / name, labelled(english[:1000], two, rng))
    for name in ("train.tsv.gz", "dev.tsv"):
        write(folder / "goemotions-3class" / name, labelled(english, three, rng))
    asked = list(passages(6000, rng))
    rows = ("\t".join((str(1 + i % 20), *row)) for i, row in enumerate(asked))
    write(folder / "babi" / "train.tsv.gz", rows)
    numbered = [(p, f"{q[:-1]} in case {i}?", a) for i, (p, q, a) in enumerate(asked)]
    write(folder / "squad" / "train.short.tsv.gz", ("\t".join(row) for row in numbered))
    articles = (
        {"title": f"Case {i // 9}", "qas": [{"q": q}]} for i, (_, q, _) in enumerate(numbered)
    )
    write(folder / "squad" / "train.paragraphs.jsonl.gz", map(json.dumps, articles))
    stories = [
        " ".join(rng.sample(english, 12)) + " \\n " + rng.choice(english) for _ in range(3000)
    ]
    for name in ("train.cased.txt.gz", "train.recased.txt.gz", "dev.txt"):
        write(folder / "tinystories" / name, stories)


if __name__ == "__main__":
    main()
