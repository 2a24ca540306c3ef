"""Gather the measurements of the shipped file in one scores.json beside it.

Reads what evaluate.py --out, tasks.evaluate --out, apertium_baseline.py --out, alignment.py and
train.py left in the working folder: scores.model.json, scores.tasks.json (of a model of more
tasks), apertium.json, <run>/alignment.json, <run>/train.log.
"""

import argparse
import hashlib
import json
from pathlib import Path

from config import DEFAULT_WORK, SHIPPED


def training(folder: Path) -> dict:
    """Length and cost of the run."""
    log = [json.loads(line) for line in (folder / "train.log").read_text().splitlines()]
    last = log[-1]
    return {
        "steps": len((folder / "schedule.log").read_text().splitlines()),
        "epochs": last["epoch"],
        "minutes": round(last["seconds"] / 60, 1),
        "loss_at_the_end": last["loss"],
    }


def main():
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parse.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parse.add_argument("--run", default="main")
    parse.add_argument("--gguf", type=Path, default=SHIPPED)
    chosen = parse.parse_args()
    folder = chosen.work / chosen.run
    data = chosen.gguf.read_bytes()
    report = {
        "file": chosen.gguf.name,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "scores": json.loads((chosen.work / "scores.model.json").read_text()),
        "apertium_on_dev": json.loads((chosen.work / "apertium.json").read_text()),
        "alignment": json.loads((folder / "alignment.json").read_text()),
        "training": training(folder),
    }
    tasks = chosen.work / "scores.tasks.json"
    if tasks.exists():
        report["tasks"] = json.loads(tasks.read_text())
    out = chosen.gguf.parent / "scores.json"
    out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    print(out)


if __name__ == "__main__":
    main()
