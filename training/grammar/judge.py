"""Is a translation one of the accepted ones? The 100 sentences set aside are in heldout.tsv."""

import itertools
import re
from pathlib import Path

from corpus import normal, read_rows

HELD_OUT = Path(__file__).resolve().parent / "heldout.tsv"
ARTICLE = Path(__file__).resolve().parent / "article.tsv"


def expand(pattern: str) -> list[str]:
    """ "(El|Un) gato [muy] gris" -> each sentence it stands for; [x] is (x|)."""
    parts = re.split(r"\(([^()]*)\)", re.sub(r"\[([^\[\]]*)\]", r"(\1|)", pattern))
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    return [" ".join("".join(choice).split()) for choice in itertools.product(*choices)]


def read_accepted(path: Path) -> list[tuple[str, list[str]]]:
    """(English, accepted Spanish sentences) for each row of a file of patterns."""
    return [
        (row[0], [sentence for pattern in row[1:] for sentence in expand(pattern)])
        for row in read_rows(path)
    ]


def judge(translation: str, accepted: list[str]) -> bool:
    """Equal to an accepted sentence but for case and punctuation."""
    return normal(translation) in {normal(sentence) for sentence in accepted}
