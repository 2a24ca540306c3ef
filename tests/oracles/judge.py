"""Judges translations of sentences of the grammar's kind: judge.py TRANSLATIONS.json prints JSON.

TRANSLATIONS.json: {"heldout": [...], "article": [...]}, in the order of training/grammar/heldout.tsv and
article.tsv. With no argument it prints the English sentences of both.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))

from grammar.judge import ARTICLE, HELD_OUT, judge, read_accepted  # noqa: E402

SETS = {"heldout": HELD_OUT, "article": ARTICLE}


def main(translations_path: str | None = None) -> None:
    rows = {name: read_accepted(path) for name, path in SETS.items()}
    if translations_path is None:
        print(json.dumps({name: [english for english, _ in rows[name]] for name in SETS}))
        return
    translations = json.loads(Path(translations_path).read_text("utf-8"))
    verdicts = {
        name: [judge(t, accepted) for t, (_, accepted) in zip(translations[name], rows[name], strict=True)]
        for name in SETS
    }
    print(json.dumps(verdicts))


if __name__ == "__main__":
    main(*sys.argv[1:])
