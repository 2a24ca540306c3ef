"""Checks of warm_start: cd training && python -m unittest"""

import unittest

import torch

from warm_start import carried_over


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


if __name__ == "__main__":
    unittest.main()
