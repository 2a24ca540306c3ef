"""What Apertium, a rule-based translator, gets on the dev file: python apertium_baseline.py

Needs Debian's packages: apt-get install apertium apertium-eng-spa
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

from config import DEFAULT_DATA
from corpus import tatoeba
from scoring import score


def translate(sentences: list[str]) -> list[str]:
    """Each sentence a paragraph of its own; unknown words are left unmarked (-u)."""
    run = subprocess.run(
        ["apertium", "-u", "-f", "txt", "eng-spa"],
        input="\n\n".join(sentences) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.strip() for line in run.stdout.strip("\n").split("\n\n")]


def main():
    parse = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parse.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parse.add_argument("--out", type=Path, help="write the scores here as JSON")
    chosen = parse.parse_args()
    if not shutil.which("apertium"):
        sys.exit("apertium is missing: apt-get install apertium apertium-eng-spa")
    rows = tatoeba(chosen.data, "dev.tsv")
    translations = translate([row[0] for row in rows])
    assert len(translations) == len(rows), "a line was lost"
    result = score(translations, [row[1:] for row in rows])
    for row, translation in list(zip(rows, translations))[:5]:
        print(f"{row[0]} | {translation}")
    print(json.dumps(result, indent=1))
    if chosen.out:
        chosen.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
