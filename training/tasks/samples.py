"""Stories of a GGUF file as they come, none left out, in Markdown:

python -m tasks.samples --gguf FILE --out samples.md
"""

import argparse
from pathlib import Path

import torch

from decode import continue_by
from load_gguf import load
from tasks import layout


def sampled(model, prompt: list[int], limit: int, temperature: float, seed: int) -> list[int]:
    """Ids after a prompt, up to (without) </s>, drawn from softmax(logits / temperature)."""
    random = torch.Generator().manual_seed(seed)

    def draw(logits):
        return torch.multinomial(torch.softmax(logits / temperature, -1), 1, generator=random)[:, 0]

    return continue_by(draw, model, [prompt], limit)[0]


def main():
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parse.add_argument("--gguf", type=Path, required=True)
    parse.add_argument("--out", type=Path, required=True)
    parse.add_argument("--count", type=int, default=20)
    parse.add_argument("--temperature", type=float, default=0.8)
    parse.add_argument("--tokens", type=int, default=200, help="of a story at most")
    chosen = parse.parse_args()
    model, sp, _ = load(chosen.gguf)
    model.eval()
    lines = []
    for seed in range(1, chosen.count + 1):
        prompt = layout.story_prompt()
        ids = sampled(model, prompt, chosen.tokens, chosen.temperature, seed)
        text = " ".join(sp.decode(ids).split())
        lines.append(f"{seed}. {text}{'' if len(ids) < chosen.tokens else ' …'}")
    chosen.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(chosen.out)


if __name__ == "__main__":
    main()
