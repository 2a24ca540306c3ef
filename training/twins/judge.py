"""Scores of one trained twin on the dev pairs."""

import random
from pathlib import Path

import sentencepiece
import torch
from torch.nn import functional as F

from batches import collate, cut
from config import DEFAULT_DATA
from corpus import tatoeba
from decode import translate
from export_gguf import load_checkpoint
from scoring import score
from tasks import layout


@torch.no_grad()
def loss(model, sp, pairs, tokens: int = 4096) -> float:
    """Mean cross-entropy of the translations' tokens, in nats, without smoothing."""
    rows = [layout.translate_row(sp, english, spanish) for english, spanish in pairs]
    total, count = 0.0, 0
    for group in cut(rows, tokens, random.Random(1)):
        batch = collate([rows[i] for i in group], 0.0, torch.Generator())
        hidden, _ = model(batch.ids, at=batch.at)
        total += F.cross_entropy(model.logits(hidden), batch.next_ids, reduction="sum").item()
        count += len(batch.next_ids)
    return total / count


def judge(checkpoint: Path, work: Path, data: Path = DEFAULT_DATA, rows: int | None = None) -> dict:
    """dev.tsv: chrF and BLEU of greedy translations, and the loss on the first reference."""
    model = load_checkpoint(checkpoint)
    sp = sentencepiece.SentencePieceProcessor(model_file=str(work / "sp.model"))
    dev = tatoeba(data, "dev.tsv")[:rows]
    scores = score(translate(model, sp, [row[0] for row in dev]), [row[1:] for row in dev])
    return {
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "loss": loss(model, sp, [(row[0], row[1]) for row in dev]),
        "chrF": scores["chrF"],
        "BLEU": scores["BLEU"],
        "rows": len(dev),
    }
