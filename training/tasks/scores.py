"""What the tasks are scored by."""

import re
import string
from collections import Counter, defaultdict


def accuracy(said: list[str], right: list[str]) -> float:
    return sum(a == b for a, b in zip(said, right, strict=True)) / len(right)


def macro_f1(said: list[str], right: list[str]) -> float:
    """Mean over the labels of 2 TP / (2 TP + FP + FN)."""
    scores = []
    for label in sorted(set(right)):
        both = sum(a == b == label for a, b in zip(said, right, strict=True))
        scores.append(2 * both / (said.count(label) + right.count(label)))
    return sum(scores) / len(scores)


def mean_by_task(
    tasks: list[int], said: list[str], right: list[str]
) -> tuple[float, dict[int, float]]:
    """Accuracy of each task and their mean, so that no task counts more for having more items."""
    hits = defaultdict(list)
    for task, a, b in zip(tasks, said, right, strict=True):
        hits[task].append(a == b)
    by_task = {task: sum(found) / len(found) for task, found in sorted(hits.items())}
    return sum(by_task.values()) / len(by_task), by_task


def plain_words(text: str) -> list[str]:
    """SQuAD's own normalisation: lower case, no punctuation, no articles."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def overlap_f1(said: str, right: str) -> float:
    """F1 of the words of both (Rajpurkar et al., 2016); two empty answers agree."""
    a, b = plain_words(said), plain_words(right)
    if not a or not b:
        return float(a == b)
    common = sum((Counter(a) & Counter(b)).values())
    return 2 * common / (len(a) + len(b))
