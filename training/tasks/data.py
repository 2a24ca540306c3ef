"""The tasks' examples, as prepared files: one JSON array a line, so that texts may hold anything.

sentiment.train.jsonl         [label, text, "review" or "comment"]
sentiment.dev.jsonl           [label, text]
squad.{train,dev}.jsonl       [article, passage, question, answer]
babi.{train,dev}.jsonl        [task, passage, question, answer]
story.{train,dev}.jsonl       [text]
"""

import json
import random
from pathlib import Path

from tasks import babi, sentiment, squad, stories

TASKS = ("sentiment", "squad", "babi", "story")


def path_of(work: Path, task: str, part: str) -> Path:
    return work / f"{task}.{part}.jsonl"


def write(work: Path, task: str, part: str, rows) -> None:
    with open(path_of(work, task, part), "w", encoding="utf-8") as out:
        out.writelines(json.dumps(list(row), ensure_ascii=False) + "\n" for row in rows)


def read(work: Path, task: str, part: str) -> list[list]:
    """Empty where the task was not prepared."""
    path = path_of(work, task, part)
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def prepare(data: Path, work: Path, share: float, seed: int) -> dict[str, int]:
    """Writes every task's files from `share` of its data; the number of training rows of each."""
    rng = random.Random(seed)

    def some(rows: list) -> list:
        return rng.sample(rows, max(1, int(share * len(rows)))) if share < 1 else rows

    squad_train, squad_dev = squad.read(data)
    babi_train, babi_dev = babi.read(data)
    parts = {
        "sentiment": (sentiment.training(data), sentiment.sst2_dev(data)),
        "squad": (squad_train, squad_dev),
        "babi": (babi_train, babi_dev),
        "story": ([[text] for text in stories.train(data)], [[text] for text in stories.dev(data)]),
    }
    counts = {}
    for task, (train, dev) in parts.items():
        train = some(train)
        write(work, task, "train", train)
        write(work, task, "dev", some(dev))
        counts[task] = len(train)
    write(work, "comments", "dev", some(sentiment.comments(data, "dev.tsv")))
    return counts


def texts(work: Path) -> list[str]:
    """All training text, for the vocabulary."""
    out = [text for _, text, _ in read(work, "sentiment", "train")]
    out += [text for row in read(work, "squad", "train") for text in row[1:]]
    out += [text for row in read(work, "babi", "train") for text in row[1:]]
    out += [
        paragraph for (story,) in read(work, "story", "train") for paragraph in story.split("\n")
    ]
    return out
