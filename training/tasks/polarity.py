"""Which way the words of a text point, as naive Bayes learns it from labelled reviews (Wang and Manning, 2012).

A few thousand reviews teach a transformer little about single words, of which naive Bayes makes the most:
it labels short pieces of the reviews, and these are trained on too.
"""

import math
import random
import re
from collections import Counter
from collections.abc import Iterable

LEAST_TIMES = 3  # rarer words and pairs say more of their one review than of themselves
LEAST_SCORE = 1.0
LONGEST_PIECE = 12
PIECES = 2  # of a review each time it comes


def features(text: str) -> set[str]:
    words = re.findall(r"[a-z']+|[!?]", text.lower())
    return {*words, *(f"{a} {b}" for a, b in zip(words, words[1:]))}


class Polarity:
    def __init__(self, reviews: Iterable[tuple[str, str]]):
        """`reviews`: label ("positive" or "negative") and text."""
        counts = {"positive": Counter(), "negative": Counter()}
        for label, text in reviews:
            counts[label].update(features(text))
        positive, negative = counts.values()
        seen = [f for f, n in (positive + negative).items() if n >= LEAST_TIMES]
        totals = [sum(count[f] + 1 for f in seen) for count in (positive, negative)]
        shift = math.log(max(totals[1], 1)) - math.log(max(totals[0], 1))
        self.ratios = {f: math.log((positive[f] + 1) / (negative[f] + 1)) + shift for f in seen}

    def score(self, text: str) -> float:
        """Log-odds of positive."""
        return sum(self.ratios.get(f, 0.0) for f in features(text))

    def pieces(self, text: str, rng: random.Random) -> list[tuple[str, str]]:
        """Labels and words of random pieces of a text, without those that point neither way."""
        words = text.split(" ")
        found = []
        for _ in range(PIECES):
            length = min(rng.randint(1, LONGEST_PIECE), len(words))
            begin = rng.randint(0, len(words) - length)
            piece = " ".join(words[begin : begin + length])
            score = self.score(piece)
            if abs(score) >= LEAST_SCORE:
                found.append(("positive" if score > 0 else "negative", piece))
        return found
