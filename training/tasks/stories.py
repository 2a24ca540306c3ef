"""TinyStories: whole stories, cut where they are longer than the context."""

import gzip
from pathlib import Path


def read(path: Path) -> list[str]:
    """One story a line; ` \\n ` in it is a paragraph break."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        stories = [line.strip().replace(" \\n ", "\n").replace("\\n", "\n") for line in lines]
    return [unbroken(story) for story in stories if story]


def unbroken(text: str) -> str:
    """Quotation marks that were UTF-8 once, were read as Windows-1252, and have lost a byte."""
    for broken, mark in (("€œ", '"'), ("€™", "'"), ("€˜", "'"), ("€", '"')):
        text = text.replace(f"â{broken}", mark).replace(f"Â{broken}", mark)
    return text


def train(data: Path) -> list[str]:
    folder = data / "tinystories"
    return read(folder / "train.cased.txt.gz") + read(folder / "train.recased.txt.gz")


def dev(data: Path) -> list[str]:
    return read(data / "tinystories" / "dev.txt")
