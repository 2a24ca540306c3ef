"""Split the natural pairs, generate the grammar's, train the tokenizer."""

import argparse
import random
from collections import defaultdict
from pathlib import Path

import sentencepiece

from config import CONTROL_TOKENS, DEFAULT_DATA, DEFAULT_WORK, EN, ES, ROOT, VOCABULARY
from corpus import FORBIDDEN, assert_absent, normal, read_rows, tatoeba, write_rows
from grammar.generate import generate
from tasks import data as tasks

HELD_OUT = ROOT / "training" / "grammar" / "heldout.tsv"


def split(pairs, held_back: int, seed: int):
    """Natural pairs without, and rows `English, Spanish...` of, a sample of English sentences."""
    by_english = defaultdict(list)
    for english, spanish in pairs:
        by_english[normal(english)].append((english, spanish))
    keys = sorted(by_english)
    chosen = set(random.Random(seed).sample(keys, held_back))
    kept = [pair for pair in pairs if normal(pair[0]) not in chosen]
    rows = [
        [by_english[key][0][0], *dict.fromkeys(s for _, s in by_english[key])]
        for key in sorted(chosen)
    ]
    return kept, rows


def train_tokenizer(work: Path, pairs, texts: list[str], vocabulary: int) -> None:
    """SentencePiece BPE on both languages whose ids are also llama.cpp's."""
    text = work / "tokenizer.txt"
    with open(text, "w", encoding="utf-8") as out:
        for english, spanish in pairs:
            out.write(english + "\n" + spanish + "\n")
        out.writelines(line + "\n" for line in texts)
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(work / "sp"),
        model_type="bpe",
        vocab_size=vocabulary,
        byte_fallback=True,
        character_coverage=0.9999,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=True,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=-1,
        control_symbols=CONTROL_TOKENS,
        num_threads=2,
        minloglevel=1,
    )
    sp = sentencepiece.SentencePieceProcessor(model_file=str(work / "sp.model"))
    assert (sp.piece_to_id("<en>"), sp.piece_to_id("<es>")) == (EN, ES)
    text.unlink()


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--data", type=Path, default=DEFAULT_DATA, help="see README.md")
    parse.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parse.add_argument("--share", type=float, default=1.0, help="of the natural pairs to use")
    parse.add_argument("--held-back", type=int, default=1000, help="sentences for own scores")
    parse.add_argument("--generated", type=int, default=400_000, help="pairs of the grammar")
    parse.add_argument("--vocabulary", type=int, default=VOCABULARY)
    parse.add_argument("--tasks", action="store_true", help="the other tasks' data as well")
    parse.add_argument("--seed", type=int, default=1)
    chosen = parse.parse_args()

    pairs = [(row[0], row[1]) for row in tatoeba(chosen.data, "train.tsv.gz")]
    pairs = random.Random(chosen.seed).sample(pairs, int(chosen.share * len(pairs)))
    natural, own = split(pairs, chosen.held_back, chosen.seed)
    held_out = [row[0] for row in read_rows(HELD_OUT)]
    generated = generate(chosen.generated, chosen.seed, [*FORBIDDEN, *held_out])
    for part in (natural, generated):
        assert_absent(part, [*FORBIDDEN, *held_out])
    write_rows(chosen.work / "natural.tsv", natural)
    write_rows(chosen.work / "own.tsv", own)
    write_rows(chosen.work / "generated.tsv", generated)
    print(f"{len(natural)} natural, {len(generated)} generated, {len(own)} held back")
    if chosen.tasks:
        print(tasks.prepare(chosen.data, chosen.work, chosen.share, chosen.seed))
    pairs = [*natural, *generated[: len(natural) // 4]]
    train_tokenizer(chosen.work, pairs, tasks.texts(chosen.work), chosen.vocabulary)


if __name__ == "__main__":
    main()
