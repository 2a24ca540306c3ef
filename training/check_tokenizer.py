"""Does the tokenizer rebuilt from a GGUF file give SentencePiece's ids? On the own split."""

import argparse
from pathlib import Path

import sentencepiece

from config import DEFAULT_WORK
from corpus import read_rows
from load_gguf import load

ODD = ["", " ", "  two  spaces ", "¿Qué?", "naïve 😀 \t tab", "don’t", "<s><en>", "漢字", "a\nb"]


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parse.add_argument("--gguf", type=Path, required=True)
    chosen = parse.parse_args()
    trained = sentencepiece.SentencePieceProcessor(model_file=str(chosen.work / "sp.model"))
    _, rebuilt, _ = load(chosen.gguf)
    texts = ODD + [text for row in read_rows(chosen.work / "own.tsv") for text in row]
    for text in texts:
        assert trained.encode(text) == rebuilt.encode(text), text
    print(f"{len(texts)} texts have the same ids")


if __name__ == "__main__":
    main()
