"""Checks of the heads' measures: cd training && python -m unittest"""

import unittest

import torch

from config import BOS, EN, ES, ModelConfig
from heads import report
from heads.maps import Roles, Text, attention, divergence, words_of
from heads.removal import silenced
from heads.word import by_words
from model import Translator


def rows(*places: int) -> torch.Tensor:
    """A map whose row i reads place i alone."""
    weights = torch.zeros(len(places), len(places))
    weights[torch.arange(len(places)), torch.tensor(places)] = 1
    return weights


class Pieces:
    """Stands for a SentencePiece processor."""

    NAMES = {BOS: "<s>", EN: "<en>", ES: "<es>", 50: "▁la", 51: "zy", 52: "▁dog", 53: "."}

    def id_to_piece(self, i: int) -> str:
        return self.NAMES[i]


def small() -> Translator:
    torch.manual_seed(2)
    config = ModelConfig(
        vocabulary=60, width=32, layers=2, heads=4, kv_heads=1, head_size=8, hidden=32, dropout=0.0
    )
    model = Translator(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(std=0.3)
    return model


class Maps(unittest.TestCase):
    def test_divergence(self):
        a, b = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
        self.assertAlmostEqual(float(divergence(a, b)), 1.0, places=6)
        self.assertAlmostEqual(float(divergence(a, a)), 0.0, places=6)
        half = torch.tensor([0.5, 0.5])
        # middle (0.75, 0.25): half of log2(1 / 0.75), half of the mean of log2(0.5 / ...)
        self.assertAlmostEqual(float(divergence(a, half)), 0.311278, places=5)

    def test_roles_of_heads_that_do_one_thing(self):
        # <s> <en> a b a <es> | x: the answer's rows are the last two.
        text = Text([BOS, EN, 50, 52, 50, ES, 53], 5)
        itself, before = rows(*range(7)), rows(0, 0, 1, 2, 3, 4, 5)
        sink, source = rows(0, 0, 0, 0, 0, 0, 0), rows(0, 1, 2, 2, 2, 3, 3)
        roles = Roles(1, 4)
        roles.add(torch.stack([itself, before, sink, source])[None], text)
        means = roles.means()
        self.assertEqual(means["itself"][0][:3], [1.0, 0.0, 0.0])
        self.assertEqual(means["the one before"][0][1], 1.0)
        self.assertEqual(means["first token"][0][2], 1.0)
        self.assertEqual(means["source, from the answer"][0], [0.0, 0.5, 0.0, 1.0])
        self.assertEqual(means["the same token, earlier"][0], [0.0, 0.0, 0.0, 1.0])
        self.assertEqual(means["positions read (2^entropy)"][0], [1.0] * 4)
        apart = torch.tensor(roles.between_heads()["bits"])[0]
        self.assertEqual(float(apart[0, 1]), 1.0)
        torch.testing.assert_close(apart, apart.T)
        distance = roles.distances()
        self.assertAlmostEqual(sum(distance["layers"][0]), 1.0, places=5)
        self.assertAlmostEqual(sum(distance["even"]), 1.0, places=5)
        self.assertEqual(distance["heads"][0][0][0], 1.0)
        self.assertAlmostEqual(distance["heads"][0][1][1], 5 / 6, places=5)
        self.assertEqual(distance["heads"][0][2][-1], 1.0)

    def test_words(self):
        text = Text([BOS, EN, 50, 51, 52, 53, ES, 52], 6)
        words = words_of(Pieces(), text)
        self.assertEqual(
            [name for name, _ in words], ["<s>", "<en>", "lazy", "dog.", "<es>", "dog"]
        )
        self.assertEqual(words[2][1], [2, 3])
        weights = torch.rand(1, 2, 8, 8)
        joined = by_words(weights, words)
        expected = weights[0, 1][[4, 5]][:, [2, 3]].sum(1).mean()
        self.assertAlmostEqual(float(joined[0, 1, 3, 2]), float(expected), places=6)


class Removal(unittest.TestCase):
    def test_a_silenced_head_adds_nothing_and_comes_back(self):
        model, ids = small(), torch.tensor([[BOS, 5, 9, 33]])
        whole, _ = model(ids)
        layer = model.blocks[1].attention
        size = model.config.head_size
        with silenced(model, 1, 2):
            without, _ = model(ids)
            self.assertEqual(float(layer.o.detach()[:, 2 * size : 3 * size].abs().sum()), 0.0)
            self.assertGreater(float(layer.o.detach()[:, :size].abs().sum()), 0.0)
        self.assertGreater(float((whole - without).detach().abs().max()), 1e-3)
        torch.testing.assert_close(model(ids)[0], whole, rtol=0, atol=0)

    def test_maps_are_the_models(self):
        weights = attention(small(), [BOS, 5, 9, 33])
        self.assertEqual(tuple(weights.shape), (2, 4, 4, 4))
        torch.testing.assert_close(weights.sum(-1), torch.ones(2, 4, 4))


class Report(unittest.TestCase):
    def test_a_head_is_named_for_what_has_half(self):
        found = {name: [[0.1, 0.6]] for name in ("first token", "the one before")}
        found |= {"itself": [[0.2, 0.3]], "the same token, earlier": [[0.0, 0.0]]}
        self.assertEqual(report.role(found, [[0.2, 0.2]], 0, 0), "mixed")
        self.assertEqual(report.role(found, [[0.2, 0.9]], 0, 1), "aligns")
        self.assertEqual(report.role(found, [], 0, 1), "first token")


if __name__ == "__main__":
    unittest.main()
