"""How far programs' logits are apart, and how well each predicts a text: compare.py SPEC.json prints JSON.

SPEC: {vocabSize, ids: file of int32, length: of a sequence, streams: {name: {command, positions}},
pairs: [[p, q]: KL(p || q)]}. A stream gives logits of the first `positions` ids. A pair is compared as far as both go.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from streams import Stream, divergence, log_probability, log_softmax


def main(spec_path: str) -> None:
    spec = json.loads(Path(spec_path).read_text())
    ids = np.fromfile(spec["ids"], "<i4")
    positions = {name: one["positions"] for name, one in spec["streams"].items()}
    streams = {
        name: Stream(one["command"], spec["vocabSize"]) for name, one in spec["streams"].items()
    }
    compared = {name: 0 for name in streams}
    for pair in spec["pairs"]:
        for name in pair:
            compared[name] = max(compared[name], min(positions[one] for one in pair))
    divergences = [[] for _ in spec["pairs"]]
    surprise = {name: 0.0 for name in streams}
    predicted = {name: 0 for name in streams}
    for at in range(max(positions.values())):
        rows = {name: stream.row() for name, stream in streams.items() if at < positions[name]}
        logs = {name: log_softmax(row) for name, row in rows.items() if at < compared[name]}
        for pair, values in zip(spec["pairs"], divergences, strict=True):
            if all(name in logs for name in pair):
                values.append(divergence(logs[pair[0]], logs[pair[1]]))
        following = at + 1
        if following >= len(ids) or following % spec["length"] == 0:
            continue  # nothing of this sequence comes after
        for name, row in rows.items():
            token = int(ids[following])
            surprise[name] -= logs[name][token] if name in logs else log_probability(row, token)
            predicted[name] += 1
    for stream in streams.values():
        stream.close()
    print(
        json.dumps(
            {
                "pairs": [
                    {
                        "pair": pair,
                        "positions": len(values),
                        "mean": float(np.mean(values)),
                        "max": max(values),
                    }
                    for pair, values in zip(spec["pairs"], divergences, strict=True)
                ],
                "perplexity": {
                    name: math.exp(surprise[name] / predicted[name]) for name in streams
                },
                "predicted": predicted,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
