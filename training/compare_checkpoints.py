"""Are the weights of two checkpoints the same? python compare_checkpoints.py A.pt B.pt"""

import sys
from pathlib import Path

import torch


def main():
    first, second = (torch.load(Path(p), weights_only=True)["model"] for p in sys.argv[1:3])
    assert first.keys() == second.keys(), "different tensors"
    worst = max(float((first[name] - second[name]).abs().max()) for name in first)
    print(f"largest difference of a weight: {worst:.3g}")
    # Sums of several threads may be cut differently, so equal is asked up to rounding.
    sys.exit(0 if worst < 1e-3 else 1)


if __name__ == "__main__":
    main()
