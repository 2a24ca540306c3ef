"""Mean of the weights of two checkpoints, for `train.py --begin-from`:

python average.py BEFORE.pt AFTER.pt --share 0.75 --out MEAN.pt
"""

import argparse
from pathlib import Path

import torch


def mean(before: dict, after: dict, share: float) -> dict:
    """`share` of `after`, the rest of `before`; both are states of models of one shape."""
    return {name: (1 - share) * weight + share * after[name] for name, weight in before.items()}


def main():
    parse = argparse.ArgumentParser(description=__doc__.split(",")[0])
    parse.add_argument("before", type=Path)
    parse.add_argument("after", type=Path)
    parse.add_argument("--share", type=float, default=0.5, help="of the second")
    parse.add_argument("--out", type=Path, required=True)
    chosen = parse.parse_args()
    before, after = (torch.load(path, weights_only=True) for path in (chosen.before, chosen.after))
    if before["config"] != after["config"]:
        raise SystemExit("the checkpoints' models have different shapes")
    weights = mean(before["model"], after["model"], chosen.share)
    torch.save({"config": after["config"], "model": weights}, chosen.out)


if __name__ == "__main__":
    main()
