"""What the PyTorch model goes on with, and greedy translation of many sentences at once."""

from collections.abc import Callable

import torch
from torch import Tensor

from config import BOS, EN, EOS, ES, MAX_SOURCE_TOKENS
from model import Translator


def prompt(sp, sentence: str, longest: int = MAX_SOURCE_TOKENS) -> list[int]:
    return [BOS, EN, *sp.encode(sentence)[:longest], ES]


@torch.no_grad()
def continue_by(
    choose: Callable[[Tensor], Tensor], model: Translator, prompts: list[list[int]], limit: int
) -> list[list[int]]:
    """New ids for prompts of one common length, each up to (without) </s> or `limit` ids.

    `choose` takes logits [B, vocabulary] to ids [B].
    """
    hidden, past = model(torch.tensor(prompts))
    out: list[list[int]] = [[] for _ in prompts]
    open_rows = set(range(len(prompts)))
    for _ in range(limit):
        chosen = choose(model.logits(hidden[:, -1]))
        for row in list(open_rows):
            token = int(chosen[row])
            if token == EOS:
                open_rows.discard(row)
            else:
                out[row].append(token)
        if not open_rows:
            break
        hidden, past = model(chosen[:, None], past=past)
    return out


def continue_greedily(model: Translator, prompts: list[list[int]], limit: int) -> list[list[int]]:
    return continue_by(lambda logits: logits.argmax(-1), model, prompts, limit)


def translate(model: Translator, sp, sentences: list[str], rows: int = 64) -> list[str]:
    """Greedy translations in the order given; equal prompt lengths share a batch, unpadded."""
    model.eval()
    prompts = [prompt(sp, sentence) for sentence in sentences]
    by_length: dict[int, list[int]] = {}
    for i, ids in enumerate(prompts):
        by_length.setdefault(len(ids), []).append(i)
    out = [""] * len(sentences)
    for length, group in sorted(by_length.items()):
        limit = min(2 * length + 20, model.config.context - length)
        for start in range(0, len(group), rows):
            chunk = group[start : start + rows]
            for i, ids in zip(chunk, continue_greedily(model, [prompts[i] for i in chunk], limit)):
                out[i] = sp.decode(ids)
    return out
