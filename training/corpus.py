"""Reading sentence pairs, and telling when two sentences are the same."""

import gzip
import random
import re
import unicodedata
from pathlib import Path

Pair = tuple[str, str]

# Kept out of all training data, so that the article's two examples are a fair question.
FORBIDDEN = ("The cat purrs.", "The quick brown fox jumps over the lazy dog.")


def normal(text: str) -> str:
    """Lower case, no punctuation, single spaces: the key by which sentences are compared."""
    text = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    return " ".join(re.sub(r"[^\w\s']", " ", text).split())


def read_rows(path: Path) -> list[list[str]]:
    """Lines of a TSV file, gzipped or not, each split at its tabs."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t") for line in lines if line.strip()]


def write_rows(path: Path, rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as out:
        out.writelines("\t".join(row) + "\n" for row in rows)


def sample(rows: list, count: int, seed: int) -> list:
    """So many rows at random, or all that there are."""
    return random.Random(seed).sample(rows, min(count, len(rows)))


def tatoeba(data: Path, name: str) -> list[list[str]]:
    return read_rows(data / "tatoeba-en-es" / name)


def assert_absent(pairs: list[Pair], sentences) -> None:
    """Fail if one of the English sentences is among the pairs."""
    seen = {normal(pair[0]) for pair in pairs}
    for sentence in sentences:
        assert normal(sentence) not in seen, f"in the training data: {sentence}"
