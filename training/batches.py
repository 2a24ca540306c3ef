"""From sentence pairs to padded batches: augment, encode, sort by length, cut by tokens."""

import random
from dataclasses import dataclass

import sentencepiece
import torch
from torch import Tensor

from config import BOS, EN, EOS, ES, MAX_SOURCE_TOKENS, MAX_TARGET_TOKENS, RESERVED_END, UNK
from tasks.layout import predicted
from tasks.rows import TaskRows

CONTRACTIONS = [
    ("I'm", "I am"), ("you're", "you are"), ("You're", "You are"), ("he's", "he is"),
    ("He's", "He is"), ("she's", "she is"), ("She's", "She is"), ("it's", "it is"),
    ("It's", "It is"), ("we're", "we are"), ("We're", "We are"), ("they're", "they are"),
    ("They're", "They are"), ("don't", "do not"), ("Don't", "Do not"), ("doesn't", "does not"),
    ("didn't", "did not"), ("isn't", "is not"), ("aren't", "are not"), ("wasn't", "was not"),
    ("won't", "will not"), ("can't", "cannot"), ("couldn't", "could not"), ("I'll", "I will"),
    ("I've", "I have"), ("haven't", "have not"), ("hasn't", "has not"), ("that's", "that is"),
    ("That's", "That is"), ("there's", "there is"), ("There's", "There is"),
]  # fmt: skip


@dataclass
class Batch:
    """ids [B, T] padded on the right; `at` [N] flat positions that predict `next_ids` [N].

    `weights` [N] say how much each prediction counts, and sum to 1.
    """

    ids: Tensor
    at: Tensor
    next_ids: Tensor
    weights: Tensor

    def to(self, device: str) -> "Batch":
        tensors = (self.ids, self.at, self.next_ids, self.weights)
        return Batch(*(tensor.to(device) for tensor in tensors))


def as_typed(english: str, rng: random.Random) -> str:
    """The sentence as somebody in a hurry types it; the translation stays as it is."""
    chance = rng.random()
    if chance < 0.80:
        return english
    if chance < 0.88 and english[-1:] == "." and english[-2:] != "..":
        english = english[:-1]
    if 0.84 < chance < 0.92 and english.split(" ")[0].rstrip(",") not in ("I", "Tom", "Mary"):
        english = english[:1].lower() + english[1:]
    if 0.90 < chance < 0.98:
        for short, long in CONTRACTIONS:
            if rng.random() < 0.5 and short in english.split():
                english = english.replace(short, long)
            elif english.startswith(long + " ") or f" {long} " in english:
                english = english.replace(long, short)
    if chance > 0.97:
        english = english.replace("'", "’")
    return english


def encode_epoch(sp, pairs, rng: random.Random) -> list[tuple[list[int], int]]:
    sources = sp.encode([as_typed(source, rng) for source, _ in pairs])
    targets = sp.encode([target for _, target in pairs])
    return [
        ([BOS, EN, *source, ES, *target, EOS], len(source) + 2)
        for source, target in zip(sources, targets)
        if len(source) <= MAX_SOURCE_TOKENS and len(target) <= MAX_TARGET_TOKENS
    ]


def cut(rows, tokens: int, rng: random.Random) -> list[list[int]]:
    """Groups of row numbers, alike in length, of at most `tokens` ids each, padding counted."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]) + rng.random() * 2)
    groups, group, longest = [], [], 0
    for i in order:
        longest_now = max(longest, len(rows[i][0]))
        if group and longest_now * (len(group) + 1) > tokens:
            groups.append(group)
            group, longest_now = [], len(rows[i][0])
        group.append(i)
        longest = longest_now
    if group:
        groups.append(group)
    rng.shuffle(groups)
    return groups


def collate(rows, word_dropout: float, generator: torch.Generator, balance: float = 0.0) -> Batch:
    """Pad the rows; hide that share of the target words read (not predicted) behind <unk>.

    With some of its own words hidden, the model leans on the source. Each of the n predictions of a
    row weighs n^-balance: at 0 a story of 200 counts a hundred times what a label does, at 1 alike.
    """
    length = max(len(ids) for ids, _ in rows) - 1
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    at, next_ids, weights = [], [], []
    for row, (tokens, divider) in enumerate(rows):
        ids[row, : len(tokens) - 1] = torch.tensor(tokens[:-1])
        positions = predicted(tokens, divider)
        at.extend(row * length + position for position in positions)
        next_ids.extend(tokens[position + 1] for position in positions)
        weights.extend([len(positions) ** -balance] * len(positions))
    if word_dropout > 0:
        hidden = torch.rand(ids.shape, generator=generator) < word_dropout
        dividers = torch.tensor([divider for _, divider in rows])
        target = torch.arange(length)[None, :] > dividers[:, None]
        ids[hidden & target & (ids >= RESERVED_END)] = UNK
    weight = torch.tensor(weights)
    return Batch(ids, torch.tensor(at), torch.tensor(next_ids), weight / weight.sum())


class Epochs:
    """The batches of epoch n, the same each time for the same seed and files.

    Each epoch has `natural_pairs` natural pairs (None: all), the next `grammar_pairs` of the generated
    ones, and what `tasks` adds.
    """

    def __init__(
        self, sp: sentencepiece.SentencePieceProcessor, natural, generated, tasks: TaskRows, options
    ):
        self.sp, self.natural, self.generated, self.tasks = sp, natural, generated, tasks
        self.tokens, self.seed = options.tokens, options.seed
        self.natural_pairs = options.natural_pairs
        self.grammar, self.word_dropout = options.grammar_pairs, options.word_dropout
        self.balance = options.balance

    def batches(self, epoch: int, start: int):
        """Batches of an epoch from number `start` on, each with the epoch's batch count."""
        rng = random.Random(self.seed * 1000 + epoch)
        pairs = self.natural[:]
        if self.natural_pairs is not None:
            pairs = rng.sample(self.natural, min(self.natural_pairs, len(self.natural)))
        if self.generated:
            first = epoch * self.grammar
            count = len(self.generated)
            pairs += [self.generated[(first + i) % count] for i in range(self.grammar)]
        rows = encode_epoch(self.sp, pairs, rng) + self.tasks.epoch(rng)
        groups = cut(rows, self.tokens, rng)
        for number in range(start, len(groups)):
            generator = torch.Generator().manual_seed((self.seed * 1000 + epoch) * 100_000 + number)
            chosen = [rows[i] for i in groups[number]]
            batch = collate(chosen, self.word_dropout, generator, self.balance)
            yield number, len(groups), batch
