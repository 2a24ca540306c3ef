"""Scores translations by sacreBLEU: score.py REFERENCES.tsv HYPOTHESES... prints JSON.

REFERENCES.tsv: source TAB reference TAB reference ... ; a hypotheses file has one line per row.
"""

import json
import sys
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF


def read_references(path: str) -> list[list[str | None]]:
    """Columns of references, as sacreBLEU wants them: rows with fewer are filled with None."""
    rows = [line.split("\t")[1:] for line in Path(path).read_text("utf-8").splitlines()]
    return [[row[i] if i < len(row) else None for row in rows] for i in range(max(map(len, rows)))]


def main(references_path: str, *hypotheses_paths: str) -> None:
    references = read_references(references_path)
    scores = {}
    for path in hypotheses_paths:
        hypotheses = Path(path).read_text("utf-8").split("\n")[: len(references[0])]
        assert len(hypotheses) == len(references[0]), f"{path} has {len(hypotheses)} lines"
        bleu, chrf = BLEU(), CHRF()
        scores[path] = {
            "bleu": bleu.corpus_score(hypotheses, references).score,
            "chrf": chrf.corpus_score(hypotheses, references).score,
            "signatures": [str(bleu.get_signature()), str(chrf.get_signature())],
        }
    print(json.dumps(scores))


if __name__ == "__main__":
    main(*sys.argv[1:])
