"""bAbI's twenty tasks, with names, places and things exchanged so that no answer can be learnt by heart."""

import random
import re
from pathlib import Path
from typing import NamedTuple

from corpus import read_rows
from tasks.splitting import is_dev

DEV_SHARE = 0.05

# Words of one kind stand in each other's place in a whole item, question and answer included.
EXCHANGEABLE = (
    ("Mary", "John", "Daniel", "Sandra"),
    ("Bill", "Fred", "Jeff", "Julie"),
    ("Lily", "Bernhard", "Greg", "Brian", "Julius"),
    ("bathroom", "kitchen", "hallway", "garden", "office", "bedroom"),
    ("football", "apple", "milk"),
    ("school", "cinema", "park"),
    ("white", "gray", "green", "yellow"),
)


class Item(NamedTuple):
    task: int
    passage: str
    question: str
    answer: str


def read(data: Path) -> tuple[list[Item], list[Item]]:
    """Training and dev items. Items with one passage stay together."""
    train, dev = [], []
    for number, passage, question, answer in read_rows(data / "babi" / "train.tsv.gz"):
        item = Item(int(number), passage, question, answer)
        (dev if is_dev(passage, DEV_SHARE, "babi") else train).append(item)
    return train, dev


def exchanged(item: Item, rng: random.Random) -> Item:
    """The same item about other people, places and things."""
    other = {}
    for words in EXCHANGEABLE:
        shuffled = list(words)
        rng.shuffle(shuffled)
        other.update(zip(words, shuffled))
    pattern = re.compile(r"\b(" + "|".join(other) + r")\b")

    def replace(text: str) -> str:
        return pattern.sub(lambda found: other[found.group()], text)

    return item._replace(
        passage=replace(item.passage), question=replace(item.question), answer=replace(item.answer)
    )


def recent(passage: str, count, limit: int) -> str:
    """The last sentences that fit in `limit` tokens by `count`; where things are now is said last."""
    sentences = re.split(r"(?<=[.?]) ", passage)
    kept: list[str] = []
    used = 0
    for sentence in reversed(sentences):
        used += count(sentence)
        if kept and used > limit:
            break
        kept.append(sentence)
    return " ".join(reversed(kept))
