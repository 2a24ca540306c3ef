"""Texts with a sentiment: reviews (positive, negative) and comments (neutral as well).

SST is never read here: its dev set measures the model.
"""

import random
from pathlib import Path

from corpus import read_rows

LABELS = ("positive", "negative", "neutral")
# How often a review comes for each time that a comment does: there are half as many, better labelled.
REVIEWS_TIMES = 3
# Sentences that only state something, for each text; comments are neutral in other words.
STATED_SHARE = 0.1
Labelled = tuple[str, str]  # label, text


def training(data: Path) -> list[tuple[str, str, str]]:
    """Label, text, and "review" or "comment"."""
    return [(*row, "review") for row in reviews(data)] + [
        (*row, "comment") for row in comments(data)
    ]


def weighed(rows: list) -> list:
    """Rows of `training`, each as often as it shall come."""
    return [row for row in rows for _ in range(REVIEWS_TIMES if row[2] == "review" else 1)]


def reviews(data: Path) -> list[Labelled]:
    rows = read_rows(data / "rt-polarity" / "train.tsv.gz")
    rows += read_rows(data / "customer-reviews" / "train.tsv.gz")
    rows += read_rows(data / "uci-sentences" / "train.tsv")
    return [(row[0], row[1]) for row in rows]


def comments(data: Path, name: str = "train.tsv.gz") -> list[Labelled]:
    return [(row[0], row[1]) for row in read_rows(data / "goemotions-3class" / name)]


def sst2_dev(data: Path) -> list[Labelled]:
    return [(row[0], row[1]) for row in read_rows(data / "sst2" / "dev.tsv")]


def as_written(text: str, rng: random.Random) -> str:
    """Reviews come in lower case; people also begin with a capital or leave the period out."""
    chance = rng.random()
    if chance < 0.4:
        text = text[:1].upper() + text[1:]
    if 0.3 < chance < 0.5 and text.endswith("."):
        text = text[:-1].rstrip()
    return text


def word_dropped(text: str, rng: random.Random, share: float = 0.1) -> str:
    """Some words left out: few texts are told apart by a single word."""
    kept = [word for word in text.split(" ") if rng.random() >= share]
    return " ".join(kept) or text
