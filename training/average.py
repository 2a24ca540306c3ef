"""Mean of two models' weights, for `train.py --begin-from` or `export_gguf.py --checkpoint`:

python average.py BEFORE AFTER.pt --share 0.75 --out MEAN.pt
"""

import argparse
from pathlib import Path

import torch

from warm_start import weights_of


def mean(before: dict, after: dict, share: float) -> dict:
    """`share` of `after`, the rest of `before`; both are states of models of one shape."""
    return {name: (1 - share) * weight + share * after[name] for name, weight in before.items()}


def main():
    parse = argparse.ArgumentParser(description=__doc__.split(",")[0])
    parse.add_argument("before", type=Path, help=".pt or .gguf")
    parse.add_argument("after", type=Path, help=".pt")
    parse.add_argument("--share", type=float, default=0.5, help="of the second")
    parse.add_argument("--out", type=Path, required=True)
    chosen = parse.parse_args()
    before, _ = weights_of(chosen.before)
    after = torch.load(chosen.after, weights_only=True)
    shapes = [{name: w.shape for name, w in state.items()} for state in (before, after["model"])]
    if shapes[0] != shapes[1]:
        raise SystemExit("the two models have different shapes")
    after.pop("optimisers", None)  # their state is of the second's weights
    torch.save({**after, "model": mean(before, after["model"], chosen.share)}, chosen.out)


if __name__ == "__main__":
    main()
