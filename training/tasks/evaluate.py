"""Scores of a checkpoint or a GGUF file on the tasks beside translation:

python -m tasks.evaluate --run main --out scores.json
"""

import argparse
import json
import math
from pathlib import Path

import sentencepiece
import torch
from torch.nn import functional as F

from config import DEFAULT_WORK, EOS, TOKEN
from decode import continue_greedily
from export_gguf import load_checkpoint
from load_gguf import load
from tasks import babi, data, layout, scores, sentiment


class Judge:
    """A model with its tokenizer; every method reads prepared rows and gives numbers."""

    def __init__(self, model, sp):
        self.model, self.sp = model.eval(), sp

    def answers(self, prompts: list[list[int]], limit: int) -> list[list[int]]:
        """Greedy ids after each prompt; prompts of one length run together."""
        by_length: dict[int, list[int]] = {}
        for i, ids in enumerate(prompts):
            by_length.setdefault(len(ids), []).append(i)
        out: list[list[int]] = [[] for _ in prompts]
        for group in by_length.values():
            for start in range(0, len(group), 64):
                some = group[start : start + 64]
                said = continue_greedily(self.model, [prompts[i] for i in some], limit)
                for i, ids in zip(some, said, strict=True):
                    out[i] = ids
        return out

    @torch.no_grad()
    def labels(self, texts: list[str], among: tuple[str, ...]) -> list[str]:
        """The likeliest of some sentiments for each text."""
        ids = torch.tensor([TOKEN[f"<{label}>"] for label in among])
        out = []
        for text in texts:
            hidden, _ = self.model(torch.tensor([layout.sentiment_prompt(self.sp, text)]))
            out.append(among[int(self.model.logits(hidden[0, -1])[ids].argmax())])
        return out

    def sentiment(self, rows) -> dict:
        two = [row for row in rows if row[0] != "neutral"]
        said = self.labels([text for _, text in two], ("positive", "negative"))
        return {"rows": len(two), "accuracy": scores.accuracy(said, [label for label, _ in two])}

    def comments(self, rows) -> dict:
        said = self.labels([text for _, text in rows], sentiment.LABELS)
        return {"rows": len(rows), "macro_f1": scores.macro_f1(said, [label for label, _ in rows])}

    def texts(self, rows, limit: int) -> list[str]:
        prompts = []
        longest = self.model.config.context - limit - 1
        for _, passage, question, _ in rows:
            room = longest - len(self.sp.encode(question)) - 4
            passage = babi.recent(passage, lambda s: len(self.sp.encode(s)), room)
            prompts.append(layout.answer_prompt(self.sp, passage, question)[-longest:])
        return [self.sp.decode(ids) for ids in self.answers(prompts, limit)]

    def babi(self, rows) -> dict:
        said = self.texts(rows, 12)
        mean, by_task = scores.mean_by_task([row[0] for row in rows], said, [r[3] for r in rows])
        return {"rows": len(rows), "accuracy": mean, "by_task": by_task}

    def squad(self, rows) -> dict:
        said = self.texts(rows, 20)
        right = [row[3] for row in rows]
        f1 = sum(scores.overlap_f1(a, b) for a, b in zip(said, right, strict=True)) / len(rows)
        return {"rows": len(rows), "f1": f1}

    @torch.no_grad()
    def story(self, rows) -> dict:
        """Bits per byte of the texts, each cut where the context ends."""
        bits, n_bytes = 0.0, 0
        for (text,) in rows:
            ids, divider = layout.story_row(self.sp, text)
            ids = ids[: self.model.config.context]
            hidden, _ = self.model(torch.tensor([ids[:-1]]))
            logits = self.model.logits(hidden[0, divider:])
            bits += F.cross_entropy(
                logits, torch.tensor(ids[divider + 1 :]), reduction="sum"
            ).item()
            n_bytes += len(self.sp.decode([i for i in ids[2:] if i != EOS]).encode())
        return {"rows": len(rows), "bits_per_byte": bits / math.log(2) / n_bytes}


def main():
    parse = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parse.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parse.add_argument("--run", default="main")
    parse.add_argument("--gguf", type=Path, help="evaluate this file instead")
    parse.add_argument("--rows", type=int, help="only the first so many of each task")
    parse.add_argument("--out", type=Path, help="write the scores here as JSON")
    chosen = parse.parse_args()
    if chosen.gguf:
        model, sp, _ = load(chosen.gguf)
    else:
        model = load_checkpoint(chosen.work / chosen.run / "latest.pt")
        sp = sentencepiece.SentencePieceProcessor(model_file=str(chosen.work / "sp.model"))
    judge = Judge(model, sp)
    result = {}
    for task in (*data.TASKS, "comments"):
        rows = data.read(chosen.work, task, "dev")[: chosen.rows]
        if rows:
            result[task] = getattr(judge, task)(rows)
    print(json.dumps(result, indent=1))
    if chosen.out:
        chosen.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
