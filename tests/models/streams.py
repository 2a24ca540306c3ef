"""Rows of logits that programs write to their standard output, and what is computed of two of them."""

import subprocess

import numpy as np


class Stream:
    """f32 rows of `vocab_size` from a command, one at a time."""

    def __init__(self, command: list[str], vocab_size: int):
        self.command = command
        self.row_bytes = 4 * vocab_size
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0)

    def row(self) -> np.ndarray:
        parts = []
        missing = self.row_bytes
        while missing:
            part = self.process.stdout.read(missing)
            if not part:
                code = self.process.wait()
                raise SystemExit(f"{self.command[0]} ended early, with code {code}")
            parts.append(part)
            missing -= len(part)
        return np.frombuffer(b"".join(parts), "<f4")

    def close(self) -> None:
        rest = self.process.stdout.read()
        code = self.process.wait()
        if rest or code:
            raise SystemExit(f"{self.command[0]}: {len(rest)} bytes too many, code {code}")


def log_softmax(logits: np.ndarray) -> np.ndarray:
    x = logits.astype(np.float64)
    x -= x.max()
    return x - np.log(np.exp(x).sum())


def divergence(log_p: np.ndarray, log_q: np.ndarray) -> float:
    """KL(p || q) in nats, of logarithms of probabilities."""
    return float((np.exp(log_p) * (log_p - log_q)).sum())


def log_probability(logits: np.ndarray, token: int) -> float:
    """Of one token. Exponentials in f32 and their sum in f64: exact to 1e-6."""
    top = logits.max()
    return float(logits[token] - top) - float(np.log(np.exp(logits - top).sum(dtype=np.float64)))
