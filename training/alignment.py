"""Which layer's attention says what a Spanish word translates: python alignment.py

On sentences of the grammar the English word behind each Spanish word is known. For each Spanish
word we take the row that predicts its first piece, average its heads, leave out the first token
(a sink), add up the pieces of each English word, and see which word was read most. A layer's score
is the share of words where that is the right one. Teacher-forced on the grammar's translation.
"""

import argparse
import json
import random
from pathlib import Path

import sentencepiece
import torch

from config import BOS, DEFAULT_WORK, EN, EOS, ES
from export_gguf import load_checkpoint
from grammar.sentences import Sentences, text


def pieces_by_word(sp, words, sentence: str) -> tuple[list[int], list[int]]:
    """Ids of the sentence, and for each id the number of the word it belongs to."""
    ids = sp.encode(sentence)
    owner, word = [], -1
    for i in ids:
        word += sp.id_to_piece(i).startswith("▁")
        owner.append(word)
    return ids, owner


def examples(sp, count: int, seed: int):
    """(ids, source positions per English word, [(predicting position, right words)])."""
    maker = Sentences(random.Random(seed))
    while count:
        english, spanish, mark = maker.make()
        spanish = [word for word in spanish if word[0] != "¿"]
        source, owners = pieces_by_word(sp, english, text(english, mark))
        opening = "¿" if mark == "?" else ""
        shown = opening + text(spanish, mark) if opening else text(spanish, mark)
        target, targets = pieces_by_word(sp, spanish, shown)
        if max(owners) + 1 != len(english) or max(targets) + 1 != len(spanish):
            continue
        ids = [BOS, EN, *source, ES, *target, EOS]
        places = [[2 + i for i, o in enumerate(owners) if o == w] for w in range(len(english))]
        asked = []
        for word, (_, link) in enumerate(spanish):
            right = {w for w, (_, other) in enumerate(english) if link and other == link}
            if right:
                asked.append((len(source) + 2 + targets.index(word), right))
        count -= 1
        yield ids, places, asked


@torch.no_grad()
def measure(model, sp, count: int, seed: int) -> dict:
    """Score per layer (heads averaged) and per layer and head."""
    config = model.config
    hits = torch.zeros(config.layers, config.heads + 1)
    total = 0
    for ids, places, asked in examples(sp, count, seed):
        model(torch.tensor([ids]), keep=True)
        for layer, block in enumerate(model.blocks):
            weights = block.attention.weights[0]  # [H, T, T]
            weights = torch.cat((weights, weights.mean(0, keepdim=True)))
            words = torch.stack([weights[:, :, place].sum(-1) for place in places], -1)
            for position, right in asked:
                most = words[:, position].argmax(-1)
                hits[layer] += torch.tensor([int(m) in right for m in most])
        total += len(asked)
    shares = (hits / total).tolist()
    layer = max(range(config.layers), key=lambda i: shares[i][-1])
    return {
        "layer": layer,
        "scores": [round(row[-1], 4) for row in shares],
        "heads": [[round(s, 3) for s in row[:-1]] for row in shares],
        "words": total,
        "sentences": count,
        "seed": seed,
    }


def main():
    parse = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parse.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parse.add_argument("--run", default="main")
    parse.add_argument("--checkpoint", type=Path)
    parse.add_argument("--sentences", type=int, default=300)
    parse.add_argument("--seed", type=int, default=9001)
    chosen = parse.parse_args()
    checkpoint = chosen.checkpoint or chosen.work / chosen.run / "latest.pt"
    sp = sentencepiece.SentencePieceProcessor(model_file=str(chosen.work / "sp.model"))
    result = measure(load_checkpoint(checkpoint), sp, chosen.sentences, chosen.seed)
    (checkpoint.parent / "alignment.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
