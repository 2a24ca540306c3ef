"""Checks of warm_start: cd training && python -m unittest"""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import torch

import warm_start
from config import ModelConfig
from model import Translator
from warm_start import begin_from, carried_over


class Pieces:
    """A tokenizer of the given pieces that takes the longest first; what it lacks is <unk>."""

    def __init__(self, *pieces: str):
        self.pieces = ["<unk>", *pieces]

    def unk_id(self) -> int:
        return 0

    def vocab_size(self) -> int:
        return len(self.pieces)

    def id_to_piece(self, i: int) -> str:
        return self.pieces[i]

    def piece_to_id(self, piece: str) -> int:
        return self.pieces.index(piece) if piece in self.pieces else 0

    def encode(self, text: str) -> list[int]:
        rest, ids = "▁" + text.replace(" ", "▁"), []
        while rest:
            size = max((len(p) for p in self.pieces if rest.startswith(p)), default=1)
            ids.append(self.piece_to_id(rest[:size]))
            rest = rest[size:]
        return ids


class WarmStart(unittest.TestCase):
    def test_known_pieces_keep_their_rows_and_new_ones_get_the_mean_of_their_parts(self):
        old = Pieces("▁", "▁a", "a", "b", "ca", "▁ca", "t", "<en>")
        new = Pieces("<en>", "▁cat", "cat", "bat", "ca")
        rows = torch.eye(old.vocab_size())

        def mean(*pieces: str):
            return sum(rows[old.piece_to_id(piece)] for piece in pieces) / len(pieces)

        expected = [
            rows[0], mean("<en>"), mean("▁ca", "t"), mean("ca", "t"), mean("b", "a", "t"), mean("ca"),
        ]  # fmt: skip
        torch.testing.assert_close(carried_over(rows, old, new), torch.stack(expected))

    def test_layers_on_top_add_nothing_at_first(self):
        pieces = Pieces("▁", "a", "b")
        shape = {"vocabulary": 4, "width": 16, "heads": 2, "head_size": 8, "hidden": 24}
        shallow = Translator(ModelConfig(**shape, layers=2)).eval()
        for weight in shallow.parameters():
            torch.nn.init.normal_(weight, std=0.3)
        deep = Translator(ModelConfig(**shape, layers=3)).eval()
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "shallow.pt"
            torch.save({"model": shallow.state_dict()}, source)
            with mock.patch.object(
                warm_start.sentencepiece, "SentencePieceProcessor", lambda **_: pieces
            ):
                begin_from(deep, pieces, source, Path("vocabulary"))
        ids = torch.tensor([[1, 2, 3, 2]])
        torch.testing.assert_close(deep(ids)[0], shallow(ids)[0])


if __name__ == "__main__":
    unittest.main()
