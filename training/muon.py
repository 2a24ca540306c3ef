"""Muon: momentum whose step on a matrix is made orthogonal (Jordan, 2024).

https://kellerjordan.github.io/posts/muon/. As torch.optim.Muon, which always works in bf16; a CPU
without instructions for bf16 spends four fifths of a training step there.
"""

from collections import defaultdict

import torch
from torch import Tensor

STEPS = 5
A, B, C = 3.4445, -4.7750, 2.0315


def orthogonal(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Matrices x [N, R, S], R <= S -> about U V^T of each one's U S V^T, by Newton-Schulz steps.

    x <- A x + (B x x^T + C (x x^T)^2) x brings all singular values near 1.
    """
    x = x.to(dtype)
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    for _ in range(STEPS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=B, alpha=C), x, beta=A)
    return x


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, decoupled weight decay; tall matrices step further by sqrt(rows / columns)."""

    def __init__(
        self, matrices, lr: float, momentum: float, weight_decay: float, dtype: torch.dtype
    ):
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})
        self.dtype = dtype

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            alike = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    alike[matrix.shape].append(matrix)
            for matrices in alike.values():
                self.move(matrices, group)

    def move(self, matrices: list[Tensor], group: dict):
        """One step of matrices of one shape, which are made orthogonal together."""
        updates = []
        for matrix in matrices:
            state = self.state[matrix]
            if not state:
                state["momentum_buffer"] = torch.zeros_like(matrix)
            mean = state["momentum_buffer"].lerp_(matrix.grad, 1 - group["momentum"])
            updates.append(matrix.grad.lerp(mean, group["momentum"]))
        rows, columns = matrices[0].shape
        stacked = torch.stack(updates)
        turned = stacked.mT if rows > columns else stacked
        made = orthogonal(turned, self.dtype)
        made = made.mT if rows > columns else made
        rate = group["lr"] * max(1.0, rows / columns) ** 0.5
        for matrix, update in zip(matrices, made, strict=True):
            matrix.mul_(1 - group["lr"] * group["weight_decay"])
            matrix.add_(update.to(matrix.dtype), alpha=-rate)
