"""Passages of one to four plain sentences of the grammar's words, each with all the questions it can answer:

The quick brown fox jumps over the lazy dog. The cat purrs.
Who jumps over the dog? The quick brown fox    What does the cat do? purrs
"""

import random

from corpus import FORBIDDEN, normal
from grammar import lexicon
from grammar.phrases import ANIMATE, MOTIONS, PLACES, Phrase, Phrases
from grammar.sentences import MOVING
from tasks.layout import Asked

HELD_OUT = {normal(sentence) for sentence in FORBIDDEN}
DETERMINERS = {"s": ["the", "the", "a", "my"]}
COLOURS = ("red", "blue", "green", "yellow", "black", "white", "brown", "gray", "pink", "purple")
NO_PLACE = ("with", "without", "against", "after", "towards", "toward", "past")
UNANSWERED_SHARE = 0.12  # of the questions


def text(words) -> str:
    return " ".join(word for word, _ in words)


def noun(phrase: Phrase) -> str:
    """Its words have one link, the determiner's and the adjectives' are others."""
    last = phrase.english[-1][1]
    return text(word for word in phrase.english if word[1] == last)


def adjectives(phrase: Phrase) -> str:
    last = phrase.english[-1][1]
    return text(word for word in phrase.english[1:] if word[1] != last)


PLAIN_ADJECTIVES = {
    *COLOURS, "big", "small", "little", "tall", "short", "long", "old", "new", "huge", "tiny", "heavy", "thin",
    "quick", "fast", "slow", "quiet", "ordinary", "modern", "common", "young", "sleepy", "hungry", "wooden",
    "round", "square", "wide", "narrow", "flat", "Spanish", "French", "English", "American",
}  # fmt: skip
PLAIN_VERBS = {
    *MOVING, "purr", "meow", "bark", "sleep", "eat", "drink", "sit", "stand up", "lie down", "wait", "listen",
    "talk", "speak", "read", "write", "work", "rest", "study", "cook", "fish", "move", "stay", "turn around",
    "watch", "look at", "see", "carry", "hold", "take", "open", "close", "use", "cut", "cross", "count",
}  # fmt: skip


class Scene:
    """`plain`: of what is neither good nor bad news."""

    def __init__(self, rng: random.Random, plain: bool = False):
        self.rng, self.phrases, self.plain = rng, Phrases(rng), plain
        self.verbs = lexicon.verbs()
        self.told: set[str] = set()  # nouns and verbs: each once, so that a question has one answer

    def new(self, kinds) -> Phrase:
        """A noun phrase of one thing, whose noun has not been named."""
        while True:
            count = self.rng.choices((0, 1, 2), (3, 4, 3))[0]
            phrase = self.phrases.noun_phrase(kinds, DETERMINERS, count, "s")
            simple = "'" not in text(phrase.english) and " and " not in text(phrase.english)
            fits = not self.plain or set(adjectives(phrase).split()) <= PLAIN_ADJECTIVES
            if simple and fits and noun(phrase) not in self.told:
                self.told.add(noun(phrase))
                return phrase

    def verb(self, group: str):
        while True:
            pair = self.rng.choice(self.verbs[group])
            fits = not self.plain or pair.english.base in PLAIN_VERBS
            if fits and pair.english.base not in self.told:
                self.told.add(pair.english.base)
                return pair

    def sentence(self) -> tuple[str, list[Asked]]:
        """One that is not held out from training, and what can be asked of it."""
        while True:
            sentence, asked = self.any_sentence()
            if normal(sentence) not in HELD_OUT:
                return sentence, asked

    def any_sentence(self) -> tuple[str, list[Asked]]:
        rng = self.rng
        who = self.new(ANIMATE)
        tense, does = rng.choice((("present", "does"), ("present", "does"), ("past", "did")))
        group = rng.choices(("animate", "transitive"), (3, 1))[0]
        pair = self.verb(group)
        verb, base = pair.english.finite(tense, True), pair.english.base
        subject = text(who.english)
        subject = subject[0].upper() + subject[1:]
        ask = rng.choice(("Who", "What")) if who.kind == "animal" else "Who"
        asked: list[Asked] = []
        described = [who]
        if group == "transitive":
            what = self.new(pair.objects())
            described.append(what)
            end = f"{verb} {text(what.english)}"
            asked += [
                (f"{ask} {verb} the {noun(what)}?", subject),
                (f"What {does} the {noun(who)} {base}?", text(what.english)),
            ]
        elif rng.random() < 0.35:
            end = verb
            asked.append((f"{ask} {verb}?", subject))
        else:
            table = MOTIONS if base in MOVING and rng.random() < 0.7 else PLACES
            words, _, kinds, _ = rng.choices(table, [row[3] for row in table])[0]
            where = self.new(kinds.split())
            described.append(where)
            end = f"{verb} {words} {text(where.english)}"
            asked += [
                (f"{ask} {verb} {words} the {noun(where)}?", subject),
                (f"What {does} the {noun(who)} {base} {words}?", text(where.english)),
            ]
            if words not in NO_PLACE:
                spot = f"{words} {text(where.english)}"
                asked.append((f"Where {does} the {noun(who)} {base}?", spot))
        asked.append((f"What {does} the {noun(who)} do?", end))
        for phrase in described:
            asked += self.qualities(phrase)
        return f"{subject} {end}.", asked

    @staticmethod
    def qualities(phrase: Phrase) -> list[Asked]:
        said = adjectives(phrase)
        if not said:
            return []
        colour = [word for word in said.split() if word in COLOURS]
        what_like = (f"What is the {noun(phrase)} like?", said)
        return [what_like, *((f"What color is the {noun(phrase)}?", word) for word in colour)]

    def unanswered(self) -> Asked:
        """About somebody who is not there."""
        base = self.rng.choice(self.verbs["animate"]).english.base
        who = noun(self.new(ANIMATE))
        return self.rng.choice((f"What does the {who} do?", f"Where does the {who} {base}?")), ""


def scene(rng: random.Random) -> tuple[str, list[Asked]]:
    made = Scene(rng)
    said: list[str] = []
    asked: list[Asked] = []
    for _ in range(rng.choices((1, 2, 3, 4), (4, 4, 2, 1))[0]):
        sentence, of_it = made.sentence()
        said.append(sentence)
        asked += of_it
    if rng.random() < UNANSWERED_SHARE * len(asked):
        asked.append(made.unanswered())
    return " ".join(said), asked


def statement(rng: random.Random) -> str:
    """A sentence that is neither good nor bad news."""
    return Scene(rng, plain=True).sentence()[0]
