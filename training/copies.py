"""Copies of a run on one machine: each takes its share of a step's batches, and all sum the gradients.

One process with two threads waits at the end of each operation; two processes only once a step.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta

import torch
import torch.distributed as dist

RANK, MEETING_PLACE = "ONEHEAD_COPY", "ONEHEAD_COPIES_MEET_AT"
PATIENCE = timedelta(days=1)  # a paused run is waited for


class Copies:
    """Copy 0 is the process that was called: it decides, writes, and starts the others."""

    def __init__(self, count: int):
        self.count = count
        self.rank = int(os.environ.get(RANK, 0))
        if count == 1:
            return
        if self.rank == 0:
            os.environ[MEETING_PLACE] = os.path.join(tempfile.mkdtemp(), "meet")
            for rank in range(1, count):
                subprocess.Popen([sys.executable, *sys.argv], env={**os.environ, RANK: str(rank)})
        place = f"file://{os.environ[MEETING_PLACE]}"
        dist.init_process_group(
            "gloo", init_method=place, rank=self.rank, world_size=count, timeout=PATIENCE
        )

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def reseed(self, seed: int) -> None:
        """Copy 0 keeps the dropout of a run without copies, each other has its own."""
        if self.rank:
            torch.manual_seed(seed * self.count + self.rank)

    def decided(self, decide: Callable[[], float | None]) -> float | None:
        """What `decide` says in copy 0, in every copy."""
        value = decide() if self.leads else None
        if self.count == 1:
            return value
        told = torch.tensor([float("nan") if value is None else value], dtype=torch.float64)
        dist.broadcast(told, 0)
        return None if told.isnan().item() else told.item()

    def share(self, batches: list) -> list:
        return batches[self.rank :: self.count]

    def sum(self, loss: float, parameters: list[torch.nn.Parameter]) -> float:
        """The sum of the copies' losses; the gradients become the sums of theirs."""
        if self.count == 1:
            return loss
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        flat = torch.cat([torch.tensor([loss]), *(grad.flatten() for grad in grads)])
        dist.all_reduce(flat)
        parts = flat[1:].split([p.numel() for p in parameters])
        for parameter, part in zip(parameters, parts, strict=True):
            parameter.grad = part.view_as(parameter)
        return flat[0].item()
