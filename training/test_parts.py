"""Checks of the parts: cd training && python -m unittest"""

import random
import tempfile
import unittest
from pathlib import Path

import gguf
import torch
from torch.nn import functional as F

from batches import collate, cut
from config import EN, EOS, ES, UNK, ModelConfig
from export_gguf import add_shapes, add_tokenizer, add_weights
from grammar import english, spanish
from grammar.judge import ARTICLE, HELD_OUT, expand, judge, read_accepted
from grammar.phrases import contract
from load_gguf import load
from model import Translator, rope_tables, rotate
from schedule import Clock, by_steps, replay


def small(heads: int, kv_heads: int, head_size: int) -> Translator:
    config = ModelConfig(
        vocabulary=300, width=64, layers=2, heads=heads, kv_heads=kv_heads, head_size=head_size,
        hidden=96, dropout=0.0,
    )  # fmt: skip
    torch.manual_seed(3)
    model = Translator(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(std=0.2)
    return model


class Attention(unittest.TestCase):
    SHAPES = [(8, 1, 8), (8, 2, 8), (8, 8, 8), (1, 1, 64), (3, 1, 20)]

    def test_equals_attention_written_out_for_each_head(self):
        for heads, kv_heads, size in self.SHAPES:
            model = small(heads, kv_heads, size)
            layer = model.blocks[0].attention
            x = torch.randn(2, 7, 64)
            cos, sin = rope_tables(model.config, 7)
            out, _ = layer(x, cos, sin, keep=False)
            share = heads // kv_heads
            query = rotate(F.linear(x, layer.q).view(2, 7, heads, size), cos, sin)
            key = rotate(F.linear(x, layer.k).view(2, 7, kv_heads, size), cos, sin)
            value = F.linear(x, layer.v).view(2, 7, kv_heads, size)
            mixed = [
                F.scaled_dot_product_attention(
                    query[:, :, h], key[:, :, h // share], value[:, :, h // share], is_causal=True
                )
                for h in range(heads)
            ]
            torch.testing.assert_close(out, F.linear(torch.cat(mixed, -1), layer.o))

    def test_cached_and_chosen_positions_give_the_same_states(self):
        for shape in self.SHAPES:
            model = small(*shape)
            ids = torch.randint(5, 300, (3, 9))
            whole = model(ids)[0]
            _, past = model(ids[:, :5])
            torch.testing.assert_close(model(ids[:, 5:], past=past)[0], whole[:, 5:])
            at = torch.tensor([2, 11, 12, 26])
            torch.testing.assert_close(model(ids, at=at)[0], whole.flatten(0, 1)[at])

    def test_kept_weights_are_causal_and_sum_to_one(self):
        model = small(8, 2, 8)
        model(torch.randint(5, 300, (1, 6)), keep=True)
        weights = model.blocks[1].attention.weights
        self.assertEqual(weights.shape, (1, 8, 6, 6))
        torch.testing.assert_close(weights.sum(-1), torch.ones(1, 8, 6))
        self.assertEqual(weights.triu(1).abs().max().item(), 0.0)


class File(unittest.TestCase):
    class Pieces:
        """Stands for a SentencePiece processor: control tokens, bytes, and "▁a", "b" …"""

        NAMES = ["<unk>", "<s>", "</s>", "<en>", "<es>", *[f"<0x{i:02X}>" for i in range(256)]]

        def vocab_size(self):
            return 300

        def id_to_piece(self, i):
            return self.NAMES[i] if i < len(self.NAMES) else chr(0x100 + i)

        def piece_to_id(self, piece):
            return self.NAMES.index(piece)

        def get_score(self, i):
            return -float(i)

        is_unknown = staticmethod(lambda i: i == 0)
        is_control = staticmethod(lambda i: 0 < i < 5)
        is_byte = staticmethod(lambda i: 5 <= i < 261)
        is_unused = staticmethod(lambda i: False)
        unk_id = staticmethod(lambda: 0)
        bos_id = staticmethod(lambda: 1)
        eos_id = staticmethod(lambda: 2)

    def test_weights_survive_the_way_through_gguf(self):
        for kind, error in (
            (gguf.GGMLQuantizationType.F32, 0.0),
            (gguf.GGMLQuantizationType.Q8_0, 0.01),
        ):
            model = small(4, 1, 16)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "model.gguf"
                writer = gguf.GGUFWriter(path, "llama")
                add_shapes(writer, model.config)
                add_tokenizer(writer, self.Pieces())
                add_weights(writer, model, kind)
                writer.write_header_to_file()
                writer.write_kv_data_to_file()
                writer.write_tensors_to_file()
                writer.close()
                again, _, _ = load(path)
            for name, weight in model.named_parameters():
                worst = (weight - dict(again.named_parameters())[name]).abs().max().item()
                self.assertLessEqual(worst, error, name)


class Training(unittest.TestCase):
    def test_batches_hold_every_row_once_within_the_budget(self):
        rng = random.Random(1)
        rows = [([1, EN] + [9] * rng.randint(1, 30) + [ES, 9, EOS], 4) for _ in range(500)]
        groups = cut(rows, 256, rng)
        self.assertEqual(sorted(i for group in groups for i in group), list(range(500)))
        for group in groups:
            self.assertLessEqual(max(len(rows[i][0]) for i in group) * len(group), 256)

    def test_loss_is_asked_on_the_target_alone_and_only_its_words_are_hidden(self):
        rows = [([1, EN, 50, 51, ES, 60, 61, EOS], 4), ([1, EN, 50, ES, 60, EOS], 3)]
        batch = collate(rows, 1.0, torch.Generator())
        self.assertEqual(batch.next_ids.tolist(), [60, 61, EOS, 60, EOS])
        self.assertEqual(batch.at.tolist(), [4, 5, 6, 10, 11])
        self.assertEqual(batch.ids[0].tolist(), [1, EN, 50, 51, ES, UNK, UNK])
        self.assertEqual(batch.ids[1, :5].tolist(), [1, EN, 50, ES, UNK])

    def test_balance_says_whether_a_token_counts_or_a_row(self):
        rows = [([1, EN, 50, ES, *range(60, 67), EOS], 3), ([1, EN, 50, ES, 60, EOS], 3)]
        for balance, share in ((0.0, 8 / 10), (0.5, 8**0.5 / (8**0.5 + 2**0.5)), (1.0, 1 / 2)):
            weights = collate(rows, 0.0, torch.Generator(), balance).weights
            self.assertAlmostEqual(float(weights[:8].sum()), share, places=6)
            self.assertAlmostEqual(float(weights.sum()), 1.0, places=6)

    def test_schedule_warms_up_and_ends_near_zero(self):
        factors = [by_steps(step, 2000) for step in range(2000)]
        self.assertEqual(max(factors), 1.0)
        self.assertEqual(factors[0], 1 / 200)
        self.assertLess(factors[-1], 1e-3)

    def test_replay_fills_in_the_steps_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "schedule.log"
            path.write_text("0 0.5\n1 1\n5 0\n")
            self.assertEqual(replay(path), [0.5, 1.0, 0.75, 0.5, 0.25, 0.0])

    def test_clock_falls_to_zero_at_the_deadline_on_a_machine_that_slows_down(self):
        times = iter(float(i) if i < 1000 else 1000.0 + 3 * (i - 1000) for i in range(4000))
        moment = [0.0]
        clock = Clock(deadline=4000.0, begun=0.0, now=lambda: moment[0])
        factors = []
        while moment[0] < 4000.0:
            moment[0] = next(times)
            factors.append(clock.next(len(factors)))
        self.assertEqual(max(factors), 1.0)
        self.assertEqual(factors[1000:], sorted(factors[1000:], reverse=True))
        self.assertLess(factors[-1], 0.01)


class Grammar(unittest.TestCase):
    def test_spanish_forms(self):
        forms = {
            ("perseguir", "i", "present", "1s"): "persigo", ("dormir", "ue", "preterite", "3p"): "durmieron",
            ("huir", "", "present", "3s"): "huye", ("cruzar", "", "preterite", "1s"): "crucé",
            ("conocer", "", "present", "1s"): "conozco", ("jugar", "ue", "present", "3p"): "juegan",
            ("sostener", "", "present", "1s"): "sostengo", ("tener", "", "future", "3s"): "tendrá",
        }  # fmt: skip
        for (verb, change, tense, person), form in forms.items():
            self.assertEqual(spanish.Verb(verb, change).finite(tense, person), form)
        self.assertEqual(spanish.Verb("preferir", "ie").gerund(), "prefiriendo")
        self.assertEqual(spanish.agree("juguetón", "f", "p"), "juguetonas")
        self.assertEqual(spanish.agree("marrón", "f", "p"), "marrones")
        self.assertEqual(spanish.plural("pez"), "peces")

    def test_english_forms(self):
        verb = english.Verb("run/ran")
        self.assertEqual((verb.third, verb.past, verb.ing), ("runs", "ran", "running"))
        self.assertEqual(english.Verb("wake_up/woke_up/waking_up").third, "wakes up")
        self.assertEqual(english.Verb("cry").past, "cried")
        self.assertEqual((english.article("honest"), english.article("useful")), ("an", "a"))

    def test_contractions(self):
        words = [("de", 0), ("el", 1), ("perro", 2), ("a", 0), ("la", 3)]
        self.assertEqual(contract(words), [("del", 1), ("perro", 2), ("a", 0), ("la", 3)])

    def test_judge(self):
        self.assertEqual(expand("(El|Un) gato [muy] gris"), [
            "El gato muy gris", "El gato gris", "Un gato muy gris", "Un gato gris"])  # fmt: skip
        self.assertTrue(judge("¡El gato ronronea!", ["El gato ronronea"]))
        self.assertFalse(judge("La gato ronronea.", ["El gato ronronea"]))
        self.assertEqual(len(read_accepted(HELD_OUT)), 100)
        self.assertEqual(len(read_accepted(ARTICLE)), 2)


if __name__ == "__main__":
    unittest.main()
