"""Scores of a checkpoint or a GGUF file: python evaluate.py --set own | dev | heldout | all."""

import argparse
import json
import time
from pathlib import Path

import sentencepiece
import torch

from config import DEFAULT_DATA, DEFAULT_WORK
from corpus import read_rows, tatoeba
from decode import translate
from export_gguf import load_checkpoint
from grammar.judge import ARTICLE, HELD_OUT, judge, read_accepted
from load_gguf import load
from neighbours import without_neighbour
from scoring import score


def options():
    parse = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parse.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parse.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parse.add_argument("--run", default="main")
    parse.add_argument("--checkpoint", type=Path, help="default: the run's latest")
    parse.add_argument("--gguf", type=Path, help="evaluate this file instead")
    parse.add_argument("--set", choices=("own", "dev", "heldout", "all"), default="own")
    parse.add_argument("--rows", type=int, help="only the first so many of the shuffled rows")
    parse.add_argument("--out", type=Path, help="write the scores here as JSON")
    parse.add_argument("--show", type=int, default=0, help="print so many translations")
    parse.add_argument("--threads", type=int, default=2)
    return parse.parse_args()


def natural_scores(translator, rows, training, show) -> dict:
    """Scores of rows `English, Spanish...`; with training sentences, also without neighbours."""
    english, references = [row[0] for row in rows], [row[1:] for row in rows]
    translations = translator(english)
    for i in range(0, len(rows), max(1, len(rows) // show) if show else len(rows) + 1):
        print(f"{english[i]} | {translations[i]} | {references[i][0]}")
    result = score(translations, references)
    if training:
        far = without_neighbour(english, training)
        result["no_near_neighbour"] = score(
            [translations[i] for i in far], [references[i] for i in far]
        )
    return result


def judged(translator, path: Path, show: bool) -> dict:
    """How many sentences of a file of accepted translations come out as one of them."""
    rows = read_accepted(path)
    translations = translator([english for english, _ in rows])
    wrong = [
        {"english": english, "translation": t}
        for (english, accepted), t in zip(rows, translations)
        if not judge(t, accepted)
    ]
    if show:
        for case in wrong:
            print(f"wrong: {case['english']} | {case['translation']}")
    return {"rows": len(rows), "right": len(rows) - len(wrong), "translations": translations}


def main():
    chosen = options()
    torch.set_num_threads(chosen.threads)
    if chosen.gguf:
        model, sp, _ = load(chosen.gguf)
    else:
        model = load_checkpoint(chosen.checkpoint or chosen.work / chosen.run / "latest.pt")
        sp = sentencepiece.SentencePieceProcessor(model_file=str(chosen.work / "sp.model"))

    def translator(sentences):
        return translate(model, sp, sentences)

    began = time.time()
    result = {}
    natural = chosen.work / "natural.tsv"
    training = [row[0] for row in read_rows(natural)] if natural.exists() else []
    if chosen.set in ("own", "all"):
        rows = read_rows(chosen.work / "own.tsv")
        result["own"] = natural_scores(translator, spread(rows, chosen.rows), training, chosen.show)
    if chosen.set in ("dev", "all"):
        rows = tatoeba(chosen.data, "dev.tsv")
        result["dev"] = natural_scores(translator, spread(rows, chosen.rows), training, chosen.show)
    if chosen.set in ("heldout", "all"):
        held_out = judged(translator, HELD_OUT, chosen.show)
        result["heldout"] = {"rows": held_out["rows"], "right": held_out["right"]}
        result["article"] = judged(translator, ARTICLE, chosen.show)
    result["seconds"] = round(time.time() - began, 1)
    print(json.dumps(result, indent=1, ensure_ascii=False))
    if chosen.out:
        chosen.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def spread(rows, count):
    """`count` rows from all over the file, which may be sorted."""
    return rows if not count else rows[:: max(1, len(rows) // count)][:count]


if __name__ == "__main__":
    main()
