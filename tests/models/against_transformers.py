"""A program's logits and greedy answers against `transformers` in f32: against_transformers.py SPEC.json prints JSON.

SPEC: {model: GGUF file, ids: [...], command: writes logits of the ids, answers: [{prompt: ids, answer: ids}]}.
An answer is judged at each of its tokens, after the same tokens before: whether transformers likes another token better,
and by how much (difference of the two logits).
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from streams import Stream, divergence, log_softmax
from transformers_model import build


@torch.no_grad()
def logits_of(model: torch.nn.Module, ids: list[int], first: int = 0) -> np.ndarray:
    """[positions from `first` on, vocabulary]"""
    hidden = model.model(torch.tensor([ids])).last_hidden_state[0, first:]
    return model.lm_head(hidden).numpy()


def compare_logits(model: torch.nn.Module, spec: dict) -> dict:
    theirs = logits_of(model, spec["ids"])
    stream = Stream(spec["command"], theirs.shape[1])
    values, worst = [], 0.0
    for row in theirs:
        ours = stream.row()
        values.append(divergence(log_softmax(row), log_softmax(ours)))
        worst = max(worst, float(np.abs(row.astype(np.float64) - ours).max()))
    stream.close()
    return {
        "positions": len(values),
        "mean": float(np.mean(values)),
        "max": max(values),
        "worstLogit": worst,
    }


def judge_answers(model: torch.nn.Module, answers: list[dict]) -> list[dict]:
    out = []
    for one in answers:
        prompt, answer = one["prompt"], one["answer"]
        rows = logits_of(model, prompt + answer[:-1], len(prompt) - 1)
        gaps = [float(row.max() - row[token]) for row, token in zip(rows, answer, strict=True)]
        out.append(
            {"tokens": len(answer), "others": sum(gap > 0 for gap in gaps), "widestGap": max(gaps)}
        )
    return out


def main(spec_path: str) -> None:
    spec = json.loads(Path(spec_path).read_text())
    torch.set_num_threads(2)
    model = build(spec["model"])
    result = {"versions": f"transformers {transformers.__version__}, torch {torch.__version__}"}
    if "command" in spec:
        result["logits"] = compare_logits(model, spec)
    if "answers" in spec:
        result["answers"] = judge_answers(model, spec["answers"])
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
