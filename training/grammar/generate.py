"""Sentence pairs from the grammar: python -m grammar.generate 20"""

import random
import sys

from corpus import normal

from .sentences import Sentences, text


def generate(count: int, seed: int, without=()) -> list[tuple[str, str]]:
    """`count` different pairs, none of whose English is among `without`."""
    maker = Sentences(random.Random(seed))
    seen = {normal(sentence) for sentence in without}
    pairs = []
    while len(pairs) < count:
        english, spanish, mark = maker.make()
        source = text(english, mark)
        key = normal(source)
        if key not in seen:
            seen.add(key)
            pairs.append((source, text(spanish, mark)))
    return pairs


if __name__ == "__main__":
    for pair in generate(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0):
        print("\t".join(pair))
