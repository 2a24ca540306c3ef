"""What the query heads of a model file do, measured: python -m heads.run --gguf FILE --out FOLDER

Writes heads.json and heads.md.
"""

import argparse
import json
from pathlib import Path

import torch

import alignment
from config import BOS, DEFAULT_DATA, SHIPPED
from corpus import sample, tatoeba
from heads import removal, report, word
from heads.maps import Roles, Text, attention, translated
from load_gguf import load
from tasks import babi, layout, stories

SEED = 7  # of what is looked at
FOX = "The quick brown fox jumps over the lazy dog."


def options():
    parse = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parse.add_argument("--gguf", type=Path, default=SHIPPED)
    parse.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parse.add_argument("--out", type=Path, required=True)
    parse.add_argument("--sentences", type=int, default=200, help="for maps and distances")
    parse.add_argument("--score-rows", type=int, default=200, help="for the chrF of each removal")
    parse.add_argument("--loss-rows", type=int, default=500, help="for the loss of each removal")
    parse.add_argument("--sentence", default=FOX)
    parse.add_argument("--word", default="quick")
    parse.add_argument("--threads", type=int, default=2)
    return parse.parse_args()


def roles_of(model, texts: list[Text]) -> Roles:
    roles = Roles(model.config.layers, model.config.heads)
    for text in texts:
        roles.add(attention(model, text.ids), text)
    return roles


def other_texts(
    sp, tasks: list[str], data: Path, count: int, context: int
) -> dict[str, list[Text]]:
    """Stories and bAbI's passages with their answers, where the model was taught them."""
    found: dict[str, list[Text]] = {}
    if "complete" in tasks:
        rows = [layout.story_row(sp, text) for text in sample(stories.dev(data), count, SEED)]
        found["stories"] = [Text(ids[:context], divider) for ids, divider in rows]
    if "answer" in tasks:
        rows = [
            layout.answer_row(sp, item.passage, item.question, item.answer)
            for item in sample(babi.read(data)[1], count, SEED)
        ]
        found["bAbI"] = [Text(*row) for row in rows if len(row[0]) <= context]
    return found


def main():
    chosen = options()
    torch.set_num_threads(chosen.threads)
    model, sp, meta = load(chosen.gguf)
    assert sp.bos_id() == BOS, "another vocabulary than this project's"
    dev = tatoeba(chosen.data, "dev.tsv")
    sentences = [row[0] for row in sample(dev, chosen.sentences, SEED)]
    texts = [translated(model, sp, sentence) for sentence in sentences]
    roles = roles_of(model, texts)
    distance = {"translations": {"texts": len(texts), **roles.distances()}}
    tasks = meta.get("onehead.tasks", [])
    others = other_texts(sp, tasks, chosen.data, chosen.sentences, model.config.context)
    for name, rows in others.items():
        distance[name] = {"texts": len(rows), **roles_of(model, rows).distances()}
    result = {
        "model": chosen.gguf.name,
        "texts": len(texts),
        "roles": roles.means(),
        "between_heads": roles.between_heads(),
        "alignment": alignment.measure(model, sp, chosen.sentences, seed=9001),
        "removal": removal.measure(model, sp, dev, chosen.score_rows, chosen.loss_rows),
        "word": word.readings(model, sp, chosen.sentence, chosen.word),
        "distance": distance,
    }
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "heads.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    (chosen.out / "heads.md").write_text(report.markdown(result))
    print(chosen.out / "heads.md")


if __name__ == "__main__":
    main()
