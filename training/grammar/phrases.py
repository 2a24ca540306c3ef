"""Noun and prepositional phrases in both languages at once.

A phrase is two lists of words; each word is (text, link), and an English and a Spanish word with
the same link translate each other (0: no counterpart). That is the known alignment.
"""

import random
from dataclasses import dataclass

from . import english, lexicon

Words = list[tuple[str, int]]


@dataclass
class Phrase:
    english: Words
    spanish: Words
    number: str = "s"
    gender: str = "m"
    kind: str = "thing"
    definite: bool = True


# English: Spanish by gender (m, f), for one and for several.
SINGULAR = {
    "the": ("el", "la"), "a": ("un", "una"), "this": ("este", "esta"), "that": ("ese", "esa"),
    "my": ("mi", "mi"), "your": ("tu", "tu"), "his": ("su", "su"), "her": ("su", "su"),
    "our": ("nuestro", "nuestra"), "their": ("su", "su"), "another": ("otro", "otra"),
    "every": ("cada", "cada"),
}  # fmt: skip
PLURAL = {
    "the": ("los", "las"), "these": ("estos", "estas"), "those": ("esos", "esas"),
    "my": ("mis", "mis"), "your": ("tus", "tus"), "his": ("sus", "sus"), "her": ("sus", "sus"),
    "our": ("nuestros", "nuestras"), "their": ("sus", "sus"), "some": ("algunos", "algunas"),
    "many": ("muchos", "muchas"), "two": ("dos", "dos"), "three": ("tres", "tres"),
    "four": ("cuatro", "cuatro"), "five": ("cinco", "cinco"), "six": ("seis", "seis"),
    "ten": ("diez", "diez"), "": ("los", "las"),
}  # fmt: skip
INDEFINITE = {"a", "another", "some", "many", "two", "three", "four", "five", "six", "ten"}
SINGULAR_WEIGHTS = [20, 8, 2, 2, 3, 1, 1.5, 1.5, 1, 1, 0.6, 0.6]
PLURAL_WEIGHTS = [9, 1.5, 1.5, 1.5, 0.5, 0.7, 0.7, 0.7, 0.7, 1, 1, 1.5, 1, 0.4, 0.4, 0.3, 0.3, 2]
BEFORE = {
    "good": ("buen", "buena", "buenos", "buenas"),
    "bad": ("mal", "mala", "malos", "malas"),
    "great": ("gran", "gran", "grandes", "grandes"),
    "first": ("primer", "primera", "primeros", "primeras"),
    "second": ("segundo", "segunda", "segundos", "segundas"),
    "third": ("tercer", "tercera", "terceros", "terceras"),
    "next": ("próximo", "próxima", "próximos", "próximas"),
    "same": ("mismo", "misma", "mismos", "mismas"),
    "best": ("mejor", "mejor", "mejores", "mejores"),
    "worst": ("peor", "peor", "peores", "peores"),
}
GROUPS = {
    "animal": ("colour", "any", "animate", "animate"),
    "person": ("any", "animate", "animate"),
    "thing": ("colour", "any", "thing", "thing"),
    "food": ("food", "food", "any"),
    "place": ("any", "any", "colour", "thing"),
}
ANIMATE = ("animal", "person")

# English, Spanish, kinds of the object.
PLACES = [
    ("over", "sobre", "thing animal place", 2), ("under", "debajo de", "thing animal", 2),
    ("behind", "detrás de", "thing animal person place", 2), ("on", "sobre", "thing", 2),
    ("in front of", "delante de", "thing animal person place", 2), ("in", "en", "place", 3),
    ("near", "cerca de", "thing animal person place", 2), ("beside", "junto a", "thing animal person", 1),
    ("next to", "al lado de", "thing animal person place", 2), ("inside", "dentro de", "place", 1),
    ("around", "alrededor de", "thing animal person place", 1), ("with", "con", "thing animal person", 2),
    ("outside", "fuera de", "place", 1), ("against", "contra", "thing animal", 0.5),
    ("far from", "lejos de", "thing animal person place", 1), ("above", "encima de", "thing place", 1),
    ("below", "debajo de", "thing place", 0.7), ("at", "en", "place", 0.7),
    ("without", "sin", "thing animal person", 0.7),
]  # fmt: skip
MOTIONS = [
    ("over", "sobre", "thing animal person", 6), ("through", "a través de", "place", 2),
    ("across", "a través de", "place", 1), ("towards", "hacia", "thing animal person place", 2),
    ("to", "a", "place", 2), ("from", "desde", "place", 1), ("into", "en", "place", 0.7),
    ("after", "tras", "animal person", 1), ("along", "a lo largo de", "place", 0.5),
    ("toward", "hacia", "thing animal person place", 0.5), ("past", "por delante de", "thing animal person place", 0.7),
]  # fmt: skip


def contract(words: Words) -> Words:
    """de el -> del, a el -> al."""
    out: Words = []
    for text, link in words:
        if text == "el" and out and out[-1][0] in ("de", "a"):
            out[-1] = (out[-1][0] + "l", out[-1][1] or link)
        else:
            out.append((text, link))
    return out


class Phrases:
    def __init__(self, rng: random.Random):
        self.rng, self.links = rng, 0
        self.nouns: dict[str, list] = {}
        for noun in lexicon.nouns():
            self.nouns.setdefault(noun.kind, []).append(noun)
        self.adjectives: dict[str, list] = {}
        for adjective in lexicon.adjectives():
            self.adjectives.setdefault(adjective.group, []).append(adjective)

    def link(self) -> int:
        self.links += 1
        return self.links

    def linked(self, english_text: str, spanish_text: str) -> tuple[Words, Words]:
        """Several words on either side that translate each other as a whole."""
        link = self.link()
        return [(w, link) for w in english_text.split()], [(w, link) for w in spanish_text.split()]

    def adjective(self, kind: str):
        return self.rng.choice(self.adjectives[self.rng.choice(GROUPS[kind])])

    def described(self, noun, number: str, count: int) -> tuple[Words, Words, Words]:
        """Adjectives: the English ones, the Spanish before the noun, the Spanish after it."""
        rng, before, after = self.rng, [], []
        chosen = []
        while len(chosen) < count:
            adjective = self.adjective(noun.kind)
            if adjective.spanish not in [c.spanish for c in chosen]:
                chosen.append(adjective)
        chosen.sort(key=lambda c: c.group == "colour")
        words: Words = []
        if rng.random() < 0.05:
            key = rng.choice(["good", "good", "great", "bad"])
            forms = BEFORE[key]
            link = self.link()
            words.append((key, link))
            before.append((forms[(noun.gender == "f") + 2 * (number == "p")], link))
            chosen = chosen[:1]
        links = [self.link() for _ in chosen]
        words += [(c.english, link) for c, link in zip(chosen, links)]
        forms = [(c.agree(noun.gender, number), link) for c, link in zip(chosen, links)]
        if len(forms) == 2 and chosen[1].group == "colour":
            after = [forms[1], forms[0]]
        elif len(forms) == 2:
            joined = "e" if forms[1][0].startswith(("i", "hi")) else "y"
            after = [forms[0], (joined, 0), forms[1]]
            if rng.random() < 0.25:
                words.insert(len(words) - 1, ("and", 0))
        else:
            after = forms
        return words, before, [(w, link) for form, link in after for w in form.split()]

    def noun_phrase(self, kinds, determiners=None, adjectives: int | None = None, number=None):
        rng = self.rng
        noun = rng.choice(self.nouns[rng.choice(kinds)])
        number = number or ("s" if rng.random() < 0.72 else "p")
        if determiners:
            key = rng.choice(determiners[number])
        elif number == "s":
            key = rng.choices(list(SINGULAR), SINGULAR_WEIGHTS)[0]
        else:
            key = rng.choices(list(PLURAL), PLURAL_WEIGHTS)[0]
        table = SINGULAR if number == "s" else PLURAL
        if adjectives is None:
            adjectives = rng.choices([0, 1, 2], [32, 46, 22])[0]
        if key in ("every", "another"):
            adjectives = min(adjectives, 1)
        described, before, after = self.described(noun, number, adjectives)
        determiner = table[key][noun.gender == "f"]
        if noun.stressed_a and not before and determiner in ("la", "una"):
            determiner = {"la": "el", "una": "un"}[determiner]
        link, noun_link = self.link(), self.link()
        at = number == "p"
        words = [*described, *[(w, noun_link) for w in noun.english[at].split()]]
        key_text = english.article(words[0][0]) if key == "a" else key
        if key_text:
            words.insert(0, (key_text, link))
        translated = [(determiner, link if key_text else 0), *before]
        translated += [(w, noun_link) for w in noun.spanish[at].split()] + after
        phrase = Phrase(words, translated, number, noun.gender, noun.kind, key not in INDEFINITE)
        if rng.random() < 0.05 and key in ("the",):
            return self.owned(phrase, described, noun, number, before, after, noun_link)
        return phrase

    def owned(self, phrase, described, noun, number, before, after, noun_link):
        """the farmer's old horse -> el caballo viejo del granjero"""
        owner = self.noun_phrase(["person"], {"s": ["the", "my", "a"], "p": ["the"]}, 0, "s")
        words = owner.english[:-1] + [(owner.english[-1][0] + "'s", owner.english[-1][1])]
        phrase.english = words + phrase.english[1:]
        phrase.spanish = phrase.spanish + [("de", 0)] + owner.spanish
        return phrase

    def place(self, motion: bool) -> Phrase:
        table = MOTIONS if motion and self.rng.random() < 0.8 else PLACES
        words, translation, kinds, _ = self.rng.choices(table, [row[3] for row in table])[0]
        what = self.noun_phrase(kinds.split())
        if words == "without" or what.english[0][1] and what.spanish[0][1] == 0:
            what = self.noun_phrase(kinds.split(), {"s": ["the", "a", "my"], "p": ["the", "my"]})
        first, second = self.linked(words, translation)
        return Phrase(first + what.english, second + what.spanish, kind=what.kind)
