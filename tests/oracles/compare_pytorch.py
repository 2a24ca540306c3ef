"""Compares our numbers with PyTorch's: compare_pytorch.py TORCH_DIR OURS_DIR prints JSON.

TORCH_DIR is what training/dump_oracle.py wrote. OURS_DIR holds ids.json ([{prompt, greedy}]) and, for
sentence i, i.logits.f32 [P+N, V] and i.attention.f32 [L, H, P+N, P+N].
"""

import json
import sys
from pathlib import Path

import numpy as np


def main(torch_folder: str, ours_folder: str) -> None:
    torch_dir, ours_dir = Path(torch_folder), Path(ours_folder)
    ours = json.loads((ours_dir / "ids.json").read_text())
    result = {"sentences": len(ours), "positions": 0, "other_ids": [], "weights": 0}
    worst = {"logits": 0.0, "attention": 0.0, "row_sum": 0.0}
    for i, ids in enumerate(ours):
        theirs = np.load(torch_dir / f"{i}.npz")
        same = all(theirs[name].tolist() == ids[name] for name in ("prompt", "greedy"))
        if not same:
            pair = {name: [theirs[name].tolist(), ids[name]] for name in ("prompt", "greedy")}
            result["other_ids"].append({"sentence": i, **pair})
            continue
        result["positions"] += len(theirs["logits"])
        for name in ("logits", "attention"):
            numbers = np.fromfile(ours_dir / f"{i}.{name}.f32", "<f4").reshape(theirs[name].shape)
            error = float(np.abs(numbers.astype(np.float64) - theirs[name]).max())
            worst[name] = max(worst[name], error)
            if name == "attention":
                result["weights"] += int(np.count_nonzero(np.tril(np.ones_like(numbers))))
                sums = numbers.astype(np.float64).sum(-1)
                worst["row_sum"] = max(worst["row_sum"], float(np.abs(sums - 1).max()))
    print(json.dumps({**result, "worst": worst}))


if __name__ == "__main__":
    main(*sys.argv[1:])
