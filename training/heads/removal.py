"""What is lost when one query head is silenced: its columns of the output matrix are zero."""

from contextlib import contextmanager

import torch

from corpus import sample
from decode import translate
from scoring import score
from twins.judge import loss

SEED = 5  # of the rows that are scored


@contextmanager
def silenced(model, layer: int, head: int):
    """The model without one head."""
    weight = model.blocks[layer].attention.o
    size = model.config.head_size
    columns = slice(head * size, (head + 1) * size)
    kept = weight[:, columns].detach().clone()
    with torch.no_grad():
        weight[:, columns] = 0
    try:
        yield
    finally:
        with torch.no_grad():
            weight[:, columns] = kept


def measure(model, sp, dev: list[list[str]], score_rows: int, loss_rows: int) -> dict:
    """Of every head: chrF lost on some rows of dev, and loss gained on some (none where 0 rows)."""
    some = sample(dev, score_rows, SEED)
    pairs = [(row[0], row[1]) for row in sample(dev, loss_rows, SEED)]

    def judged() -> tuple[float, float]:
        chrf = 0.0
        if some:
            said = translate(model, sp, [row[0] for row in some])
            chrf = score(said, [row[1:] for row in some])["chrF"]
        return chrf, loss(model, sp, pairs)

    whole = judged()
    lost = [[(0.0, 0.0)] * model.config.heads for _ in range(model.config.layers)]
    for layer in range(model.config.layers):
        for head in range(model.config.heads):
            with silenced(model, layer, head):
                chrf, nats = judged()
            lost[layer][head] = (whole[0] - chrf, nats - whole[1])
    return {
        "rows": {"chrF": len(some), "loss": len(pairs)},
        "whole": {"chrF": whole[0], "loss": whole[1]},
        "chrF_lost": [[round(one[0], 3) for one in layer] for layer in lost],
        "loss_gained": [[round(one[1], 5) for one in layer] for layer in lost],
    }
