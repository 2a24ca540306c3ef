"""Muon: momentum whose update is made orthogonal by a few Newton-Schulz steps (Jordan, 2024)."""

from collections import defaultdict

import torch
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)


def orthogonalise(matrices: Tensor, steps: int) -> Tensor:
    """Push the singular values of each of the matrices [N, rows, columns] towards 1."""
    a, b, c = COEFFICIENTS
    x = matrices.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """For 2-D weights only; equal shapes are orthogonalised together."""

    def __init__(self, parameters, lr=0.02, momentum=0.95, steps=5, weight_decay=0.0):
        super().__init__(
            parameters, dict(lr=lr, momentum=momentum, steps=steps, weight_decay=weight_decay)
        )

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            by_shape = defaultdict(list)
            for weight in group["params"]:
                if weight.grad is not None:
                    by_shape[weight.shape].append(weight)
            for (rows, columns), weights in by_shape.items():
                updates = [self.with_momentum(weight, group["momentum"]) for weight in weights]
                turned = orthogonalise(torch.stack(updates), group["steps"]).float()
                scale = group["lr"] * max(1.0, rows / columns) ** 0.5
                for weight, update in zip(weights, turned):
                    weight.mul_(1 - group["lr"] * group["weight_decay"])
                    weight.add_(update, alpha=-scale)

    def with_momentum(self, weight: Tensor, momentum: float) -> Tensor:
        state = self.state[weight]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
        state["momentum"].lerp_(weight.grad, 1 - momentum)
        return weight.grad.lerp(state["momentum"], momentum)
