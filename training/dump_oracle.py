"""What PyTorch makes of a GGUF file: logits, attention weights and greedy ids, as .npz files.

    python training/dump_oracle.py --gguf FILE --sentences FILE --out DIR [--attention]

For sentence i (line i of --sentences, its first tab-separated column), DIR/<i>.npz has
    prompt     [P]        ids of `<s> <en> sentence <es>`
    greedy     [N]        ids that follow, greedily, without </s>
    logits     [P+N, V]   f32, of prompt and greedy ids in one forward pass
    attention  [L, H, P+N, P+N]  f32, with --attention; rows sum to 1, zero above the diagonal
and DIR/index.json says the sentences, their greedy texts and the file's name.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from config import MAX_SOURCE_TOKENS
from decode import continue_greedily, prompt
from load_gguf import load


@torch.no_grad()
def record(model, sp, sentence: str, attention: bool, limit: int) -> dict:
    ids = prompt(sp, sentence, MAX_SOURCE_TOKENS)
    room = min(limit, model.config.context - len(ids))
    greedy = continue_greedily(model, [ids], room)[0]
    hidden, _ = model(torch.tensor([ids + greedy]), keep=attention)
    arrays = {
        "prompt": np.array(ids, np.int32),
        "greedy": np.array(greedy, np.int32),
        "logits": model.logits(hidden)[0].numpy(),
    }
    if attention:
        weights = [block.attention.weights[0] for block in model.blocks]
        arrays["attention"] = torch.stack(weights).numpy()
    return arrays


def main():
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parse.add_argument("--gguf", type=Path, required=True)
    parse.add_argument("--sentences", type=Path, required=True, help="one a line; TSV: column one")
    parse.add_argument("--out", type=Path, required=True)
    parse.add_argument("--attention", action="store_true")
    parse.add_argument("--count", type=int, help="only the first so many")
    parse.add_argument("--limit", type=int, default=100, help="greedy ids at most")
    parse.add_argument("--threads", type=int, default=2)
    chosen = parse.parse_args()
    torch.set_num_threads(chosen.threads)
    model, sp, _ = load(chosen.gguf)
    lines = chosen.sentences.read_text(encoding="utf-8").splitlines()[: chosen.count]
    chosen.out.mkdir(parents=True, exist_ok=True)
    index = []
    for i, line in enumerate(lines):
        sentence = line.split("\t")[0]
        arrays = record(model, sp, sentence, chosen.attention, chosen.limit)
        np.savez(chosen.out / f"{i}.npz", **arrays)
        index.append({"sentence": sentence, "greedy": sp.decode(arrays["greedy"].tolist())})
    summary = {"gguf": chosen.gguf.name, "sentences": index}
    (chosen.out / "index.json").write_text(json.dumps(summary, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
