"""Scores answers: score_answers.py ANSWERS.json prints JSON.

ANSWERS.json: {"babi": [...], "squad": [...]}, in the order of tests/data/babi/dev.tsv and squad/dev.tsv.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "training"))

from tasks.scores import mean_by_task, overlap_f1  # noqa: E402


def main(answers_path: str) -> None:
    answers = json.loads(Path(answers_path).read_text("utf-8"))
    rows = {
        name: [line.split("\t") for line in (ROOT / f"tests/data/{name}/dev.tsv").read_text("utf-8").splitlines()]
        for name in ("babi", "squad")
    }
    accuracy, _ = mean_by_task([int(row[0]) for row in rows["babi"]], answers["babi"], [row[3] for row in rows["babi"]])
    f1 = [overlap_f1(said, row[3]) for said, row in zip(answers["squad"], rows["squad"], strict=True)]
    print(json.dumps({"babi": accuracy, "squad": sum(f1) / len(f1)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
