"""The optimiser against a singular value decomposition and PyTorch's own."""

import unittest

import torch

from muon import Muon, orthogonal


class Orthogonal(unittest.TestCase):
    def test_keeps_the_singular_vectors_and_brings_the_values_near_one(self):
        torch.manual_seed(1)
        x = torch.randn(3, 12, 20, dtype=torch.float64)
        made = orthogonal(x, torch.float64)
        left, _, right = torch.linalg.svd(x, full_matrices=False)
        values = left.mT @ made @ right.mT
        diagonal = torch.diagonal(values, dim1=1, dim2=2)
        torch.testing.assert_close(values, torch.diag_embed(diagonal))
        self.assertGreater(diagonal.min().item(), 0.6)
        self.assertLess(diagonal.max().item(), 1.3)

    def test_nothing_becomes_nothing(self):
        self.assertEqual(orthogonal(torch.zeros(1, 2, 3), torch.float32).abs().max(), 0)


class Steps(unittest.TestCase):
    def test_equal_those_of_the_library_within_bf16(self):
        torch.manual_seed(2)
        ours = [torch.nn.Parameter(torch.randn(s)) for s in [(24, 8), (8, 24), (24, 8), (8, 8)]]
        theirs = [torch.nn.Parameter(matrix.detach().clone()) for matrix in ours]
        options = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.2}
        optimisers = [
            Muon(ours, **options, dtype=torch.float32),
            torch.optim.Muon(theirs, **options),
        ]
        for _ in range(3):
            for matrix, same in zip(ours, theirs, strict=True):
                matrix.grad = torch.randn_like(matrix)
                same.grad = matrix.grad.clone()
            for optimiser in optimisers:
                optimiser.step()
        for matrix, same in zip(ours, theirs, strict=True):
            torch.testing.assert_close(matrix, same, rtol=0.0, atol=0.02)

    def test_leave_matrices_without_a_gradient(self):
        matrix = torch.nn.Parameter(torch.ones(2, 2))
        Muon([matrix], lr=0.1, momentum=0.9, weight_decay=0.2, dtype=torch.float32).step()
        torch.testing.assert_close(matrix.detach(), torch.ones(2, 2))


if __name__ == "__main__":
    unittest.main()
