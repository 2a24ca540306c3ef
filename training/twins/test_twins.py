"""Checks of the twins' parts: cd training && python -m unittest"""

import json
import math
import random
import tempfile
import unittest
from pathlib import Path

from config import ModelConfig
from model import Translator
from twins import grid, intervals, table


def parameters(twin: grid.Twin) -> int:
    config = ModelConfig(
        vocabulary=grid.VOCABULARY, width=grid.WIDTH, layers=grid.LAYERS, heads=twin.heads,
        kv_heads=twin.kv_heads, head_size=grid.HEAD_SIZE, hidden=twin.hidden,
    )  # fmt: skip
    return sum(weight.numel() for weight in Translator(config).parameters())


class Grid(unittest.TestCase):
    def test_equal_twins_have_equal_parameters(self):
        counts = {parameters(twin) for twin in grid.TWINS if not twin.plain}
        self.assertEqual(len(counts), 1)
        plain = [parameters(twin) for twin in grid.QUERIES_PLAIN]
        self.assertEqual(plain, sorted(plain))
        self.assertEqual(len(set(plain)), 4)

    def test_names_and_seeds(self):
        names = [name for twin in grid.TWINS for name, _ in twin.runs()]
        self.assertEqual(len(names), len(set(names)))
        for twin in (*grid.SHARING, *grid.QUERIES_EQUAL):
            ends = twin.heads == 1 or twin.kv_heads in (1, 8) and twin.heads == 8
            self.assertGreaterEqual(twin.seeds, 3 if ends else 2)


class Intervals(unittest.TestCase):
    def test_against_a_sum_written_out(self):
        groups = [[1.0, 3.0], [5.0, 5.0, 8.0]]
        deviation, freedom = intervals.pooled(groups)
        self.assertEqual(freedom, 3)
        self.assertAlmostEqual(deviation, math.sqrt((1 + 1 + 1 + 1 + 4) / 3))
        self.assertAlmostEqual(intervals.half_width(groups, 2), 3.182 * deviation / math.sqrt(2))
        value, half = intervals.difference(groups, *groups)
        self.assertAlmostEqual(value, -4)
        self.assertAlmostEqual(half, 3.182 * deviation * math.sqrt(1 / 2 + 1 / 3))

    def test_they_hold_the_truth_nineteen_times_in_twenty(self):
        rng, held = random.Random(1), 0
        for _ in range(2000):
            groups = [[rng.gauss(mu, 2) for _ in range(n)] for mu, n in ((0, 3), (7, 2), (9, 2))]
            held += abs(intervals.mean(groups[0])) <= intervals.half_width(groups, 3)
        self.assertAlmostEqual(held / 2000, 0.95, delta=0.015)


class Table(unittest.TestCase):
    def test_it_says_what_was_measured(self):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            for twin in (grid.SHARING[0], grid.MULTI_QUERY):
                for name, seed in twin.runs():
                    (work / name).mkdir()
                    chrf = 50.0 + seed + twin.kv_heads
                    scores = {"parameters": 9, "loss": 2.5, "chrF": chrf, "BLEU": 30, "rows": 5}
                    (work / name / "scores.json").write_text(json.dumps(scores))
            table.write(work, 10, 64)
            said = json.loads((work / "twins.json").read_text())
            text = (work / "twins.md").read_text()
        self.assertEqual(said["twins"]["h8-g8"]["chrF"]["mean"], 60.0)
        self.assertEqual(said["differences"][0]["chrF"]["difference"], -7.0)
        self.assertAlmostEqual(said["twins"]["h8-g1"]["chrF"]["half"], 2.776 / math.sqrt(3))
        self.assertIn("| 8 | 8 | 256 | 9 | 3 | 60.00 ± 1.60 |", text)
        self.assertIn("h8-g1 less h8-g8: chrF -7.00", text)


if __name__ == "__main__":
    unittest.main()
