"""SQuAD's questions over one sentence, split by article."""

import gzip
import json
from pathlib import Path
from typing import NamedTuple

from corpus import normal, read_rows
from tasks.splitting import is_dev

DEV_SHARE = 0.05
UNANSWERED_SHARE = 0.12


class Item(NamedTuple):
    article: str
    passage: str
    question: str
    answer: str  # empty: the passage does not say


def articles_by_question(data: Path) -> dict[str, str]:
    """Question -> title, from the complete set: the short one does not name its articles."""
    found = {}
    with gzip.open(data / "squad" / "train.paragraphs.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            paragraph = json.loads(line)
            for qa in paragraph["qas"]:
                found[normal(qa["q"])] = paragraph["title"]
    return found


def read(data: Path) -> tuple[list[Item], list[Item]]:
    """Training and dev items; no article is in both. Questions of unknown article are left out."""
    titles = articles_by_question(data)
    train, dev = [], []
    for passage, question, answer in read_rows(data / "squad" / "train.short.tsv.gz"):
        title = titles.get(normal(question))
        if title is None:
            continue
        item = Item(title, passage, question, answer)
        (dev if is_dev(title, DEV_SHARE, "squad") else train).append(item)
    return train, dev


def is_unanswered(passage: str, answer: str) -> bool:
    """Whether a passage can stand for one that does not hold this answer."""
    return normal(answer) not in normal(passage)
