"""Attention maps, and measures of what a head does with them.

A map is [L, H, T, T]: of layer and query head, who reads (row) what (column); rows sum to 1.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from config import BOS, EN, ES
from decode import continue_greedily, prompt

# Distances are counted in bins that double: 0, 1, 2, 3-4, 5-8 ...
EDGES = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]


class Text(NamedTuple):
    """Ids as the model reads them; rows from `divider` on choose the answer."""

    ids: list[int]
    divider: int


@torch.no_grad()
def translated(model, sp, sentence: str) -> Text:
    """A sentence with the model's own greedy translation, without </s>."""
    ids = prompt(sp, sentence)
    said = continue_greedily(model, [ids], min(80, model.config.context - len(ids)))[0]
    return Text([*ids, *said], len(ids) - 1)


@torch.no_grad()
def attention(model, ids: list[int]) -> Tensor:
    model(torch.tensor([ids]), keep=True)
    return torch.stack([block.attention.weights[0] for block in model.blocks])


def divergence(a: Tensor, b: Tensor) -> Tensor:
    """Jensen-Shannon divergence of distributions along the last axis, in bits: 0 alike, 1 disjoint."""
    middle = (a + b) / 2

    def against(p: Tensor) -> Tensor:
        return (p * ((p / middle.clamp_min(1e-30)).clamp_min(1e-30)).log2()).sum(-1)

    return (against(a) + against(b)) / 2


def between_heads(rows: Tensor) -> Tensor:
    """rows [L, H, R, T] -> the divergence of every two heads of a layer, row by row: [L, H, H, R]."""
    return torch.stack([divergence(rows[:, head, None], rows) for head in range(rows.shape[1])], 1)


def mean_of_pairs(matrices: Tensor) -> Tensor:
    """[L, H, H] -> [L]: the mean over pairs of different heads; 0 where there is one head."""
    heads = matrices.shape[1]
    return matrices.sum((1, 2)) / max(1, heads * (heads - 1))


def without_sink(weights: Tensor) -> Tensor:
    """The same rows without what goes to the first token, summing to 1 again."""
    rest = weights.clone()
    rest[..., 0] = 0
    return rest / rest.sum(-1, keepdim=True).clamp_min(1e-30)


class Roles:
    """Means over all rows of many texts, for each layer and head."""

    def __init__(self, layers: int, heads: int):
        self.shape = (layers, heads)
        self.pairs = torch.zeros(layers, heads, heads)
        self.pair_rows = 0
        self.sums: dict[str, Tensor] = {}
        self.counts: dict[str, int] = {}
        self.by_distance = torch.zeros(layers, heads, len(EDGES) + 1)
        self.uniform = torch.zeros(len(EDGES) + 1)
        self.rows = 0

    def add(self, weights: Tensor, text: Text) -> None:
        """weights [L, H, T, T] of a text."""
        length = len(text.ids)
        at = torch.arange(length)
        seen = at[None, :] <= at[:, None]
        ids = torch.tensor(text.ids)
        same = (ids[None, :] == ids[:, None]) & (at[None, :] < at[:, None])
        source = (at[None, :] > 1) & (at[None, :] < text.divider)
        target = at[:, None] >= text.divider
        self.count("first token", weights[:, :, 1:, 0])
        self.count("itself", weights.diagonal(dim1=-2, dim2=-1)[:, :, 1:])
        self.count("the one before", weights.diagonal(-1, -2, -1)[:, :, 1:])
        if same.any():
            rows = same.any(1)
            self.count("the same token, earlier", (weights * same).sum(-1)[:, :, rows])
        if ids[1] == EN:
            rows = target[:, 0]
            self.count("source, from the answer", (weights * source).sum(-1)[:, :, rows])
            self.count(
                "control tokens", weights[:, :, rows][..., (ids == EN) | (ids == ES)].sum(-1)
            )
        entropy = -(weights * weights.clamp_min(1e-30).log2()).sum(-1)
        self.count("positions read (2^entropy)", torch.exp2(entropy[:, :, 1:]))
        rest = without_sink(weights)[:, :, 2:]
        self.pairs += between_heads(rest).sum(-1)
        self.pair_rows += rest.shape[2]
        self.add_distances(weights, seen, at)

    def count(self, name: str, values: Tensor) -> None:
        """values [L, H, rows]"""
        self.sums[name] = self.sums.get(name, torch.zeros(self.shape)) + values.sum(-1)
        self.counts[name] = self.counts.get(name, 0) + values.shape[-1]

    def add_distances(self, weights: Tensor, seen: Tensor, at: Tensor) -> None:
        """The first token stands in a bin of its own: what goes there says nothing of distance."""
        distance = at[:, None] - at[None, :]
        bins = torch.bucketize(distance.clamp_min(0), torch.tensor(EDGES))
        even = seen / seen.sum(1, keepdim=True)
        for number in range(len(EDGES)):
            chosen = (bins == number) & seen & (at[None, :] > 0)
            self.by_distance[:, :, number] += (weights * chosen)[:, :, 1:].sum((-1, -2))
            self.uniform[number] += (even * chosen)[1:].sum()
        self.by_distance[:, :, -1] += weights[:, :, 1:, 0].sum(-1)
        self.uniform[-1] += even[1:, 0].sum()
        self.rows += len(at) - 1

    def means(self) -> dict[str, list[list[float]]]:
        return {name: (self.sums[name] / self.counts[name]).tolist() for name in self.sums}

    def distances(self) -> dict:
        """By bin, the share of all weight; beside it what reading evenly would give."""
        names = [
            f"{low + 1}-{high}" if high > low + 1 else str(high)
            for low, high in zip(EDGES, EDGES[1:])
        ]
        bins = ["0", *names, "first token"]
        used = [number for number in range(len(bins)) if self.uniform[number] > 0]
        return {
            "bins": [bins[number] for number in used],
            "layers": (self.by_distance.mean(1) / self.rows)[:, used].tolist(),
            "heads": (self.by_distance / self.rows)[:, :, used].tolist(),
            "even": (self.uniform / self.rows)[used].tolist(),
        }

    def between_heads(self) -> dict:
        """Mean divergence of every two heads of a layer, the first token left out, and its mean."""
        matrices = self.pairs / self.pair_rows
        return {"bits": matrices.tolist(), "layers": mean_of_pairs(matrices).tolist()}


def words_of(sp, text: Text) -> list[tuple[str, list[int]]]:
    """The words of both sides with their positions; a piece that begins with a space begins a word."""
    words: list[tuple[str, list[int]]] = []
    for position, i in enumerate(text.ids):
        piece = sp.id_to_piece(i)
        if i in (BOS, EN, ES):
            words.append((piece, [position]))
        elif piece.startswith("▁") or not words or words[-1][0].startswith("<"):
            words.append((piece.lstrip("▁"), [position]))
        else:
            words[-1] = (words[-1][0] + piece, [*words[-1][1], position])
    return words
