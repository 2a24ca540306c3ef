"""Sentence patterns, each in both languages at once, over the phrases of phrases.py."""

from . import lexicon
from .clauses import BE, Clauses
from .english import comparative
from .phrases import ANIMATE, Words, contract

MOVING = set(
    [
        "run",
        "walk",
        "jump",
        "leap",
        "swim",
        "fly",
        "crawl",
        "climb",
        "travel",
        "hop",
        "gallop",
        "wander",
        "escape",
        "flee",
        "limp",
        "return",
    ]
) | {"come back", "run away", "roll", "fall"}
ADVERBS = [
    ("quickly", "rápidamente"), ("slowly", "lentamente"), ("quietly", "silenciosamente"), ("loudly", "ruidosamente"),
    ("today", "hoy"), ("now", "ahora"), ("here", "aquí"), ("there", "allí"), ("well", "bien"), ("a lot", "mucho"),
    ("every day", "todos los días"), ("at night", "por la noche"), ("in the morning", "por la mañana"),
    ("again", "de nuevo"), ("too", "también"), ("happily", "felizmente"), ("silently", "silenciosamente"),
    ("gently", "suavemente"), ("suddenly", "de repente"), ("all day", "todo el día"), ("in the rain", "bajo la lluvia"),
    ("in the snow", "en la nieve"), ("in the sun", "al sol"), ("in the dark", "en la oscuridad"),
]  # fmt: skip


class Sentences(Clauses):
    def intransitive(self):
        rng = self.rng
        kinds = ANIMATE if rng.random() < 0.9 else ("thing",)
        verb = rng.choice(self.verbs["animate" if kinds is ANIMATE else "thing"])
        en, es, person, third, be, _ = self.subject(kinds)
        predicate = self.predicate(verb, person, third, be)
        en, es = en + predicate[0], es + predicate[1]
        chance = rng.random()
        if chance < 0.62:
            place = self.place(verb.english.base in MOVING)
            en, es = en + place.english, es + place.spanish
            if chance < 0.06:
                place = self.place(False)
                en, es = en + place.english, es + place.spanish
        elif chance < 0.78:
            adverb = self.linked(*rng.choice(ADVERBS))
            en, es = en + adverb[0], es + adverb[1]
        return en, es, "."

    def transitive(self):
        rng = self.rng
        verb = rng.choice(self.verbs["transitive"])
        en, es, person, third, be, _ = self.subject()
        predicate, what = self.predicate(verb, person, third, be), self.object_of(verb)
        en, es = en + predicate[0] + what.english, es + predicate[1] + what.spanish
        if rng.random() < 0.25:
            place = self.place(False)
            en, es = en + place.english, es + place.spanish
        return en, es, "."

    def quality(self):
        """The cat is (very) lazy."""
        rng = self.rng
        phrase = self.noun_phrase(
            ["animal", "person", "thing", "food", "place"], adjectives=rng.choice([0, 0, 1])
        )
        adjective = self.adjective(phrase.kind)
        past = rng.random() < 0.2
        link, described = self.link(), self.link()
        person = "3s" if phrase.number == "s" else "3p"
        tense = "imperfect" if past else "present"
        copula = lexicon.spanish.Verb(adjective.copula).finite(tense, person)
        en, es = list(phrase.english), list(phrase.spanish)
        negated, question = rng.random() < 0.1, rng.random() < 0.12
        be = BE[phrase.number][past]
        form = adjective.agree(phrase.gender, phrase.number)
        degree = (
            rng.choice([("very", "muy"), ("too", "demasiado"), ("so", "tan")])
            if rng.random() < 0.2 and " " not in form
            else None
        )
        extra = self.linked(*degree) if degree else ([], [])
        quality = (
            extra[0] + [(adjective.english, described)],
            extra[1] + [(w, described) for w in form.split()],
        )
        if question:
            return [(be, link), *en, *quality[0]], [("¿", 0), (copula, link), *quality[1], *es], "?"
        no = self.linked("not", "no") if negated else ([], [])
        return (
            [*en, (be, link), *no[0], *quality[0]],
            [*es, *no[1], (copula, link), *quality[1]],
            ".",
        )

    def location(self):
        """The cat is under the table. / There is a cat under the table. / Where is the cat?"""
        rng, chance = self.rng, self.rng.random()
        kinds = ["animal", "animal", "person", "thing", "food"]
        link = self.link()
        if chance < 0.4:
            phrase = self.noun_phrase(kinds, {"s": ["a"], "p": ["some", "two", "three", "many"]})
            be = BE[phrase.number][0]
            en, es = (
                [("There", link), (be, link), *phrase.english],
                [("Hay", link), *phrase.spanish],
            )
            place = self.place(False)
            return en + place.english, es + place.spanish, "."
        phrase = self.noun_phrase(kinds)
        person, past = ("3s" if phrase.number == "s" else "3p"), rng.random() < 0.2
        be = BE[phrase.number][past]
        estar = lexicon.spanish.Verb("estar").finite("imperfect" if past else "present", person)
        if chance < 0.5:
            where = self.linked("Where", "Dónde")
            return (
                [*where[0], (be, link), *phrase.english],
                [("¿", 0), *where[1], (estar, link), *phrase.spanish],
                "?",
            )
        place = self.place(False)
        return (
            [*phrase.english, (be, link), *place.english],
            [*phrase.spanish, (estar, link), *place.spanish],
            ".",
        )

    def question(self):
        """Does the cat purr? / Is the cat purring? / Why is the cat purring?"""
        rng = self.rng
        phrase = self.noun_phrase(list(ANIMATE))
        verb = rng.choice(self.verbs["animate"])
        person = "3s" if phrase.number == "s" else "3p"
        third, link, helper = person == "3s", self.link(), self.link()
        clitic, tail = verb.spanish.pronoun(person), verb.spanish.tail.split()
        why = self.linked(
            *rng.choice(
                [("Why", "Por qué"), ("Where", "Dónde"), ("When", "Cuándo"), ("How", "Cómo")]
            )
        )
        asked = rng.random() < 0.5
        head = why if asked else ([], [])
        form = rng.choice(["does", "did", "is"])
        if form == "is":
            first, rest = BE[phrase.number][0], verb.english.ing
            words = [
                *clitic,
                lexicon.spanish.Verb("estar").finite("present", person),
                verb.spanish.gerund(),
            ]
        else:
            first = {"does": "does" if third else "do", "did": "did"}[form]
            rest = verb.english.base
            words = [
                *clitic,
                verb.spanish.finite("present" if form == "does" else "preterite", person),
            ]
        en = [*head[0], (first, helper), *phrase.english, *[(w, link) for w in rest.split()]]
        es = [("¿", 0), *head[1], *[(w, link) for w in [*words, *tail]], *phrase.spanish]
        return en, es, "?"

    def liking(self):
        """I like the cat. -> Me gusta el gato."""
        rng = self.rng
        phrase = self.noun_phrase(["animal", "thing", "food", "place"])
        people = [
            ("I", "me", False),
            ("You", "te", False),
            ("We", "nos", False),
            ("He", "A él le", True),
            ("She", "A ella le", True),
            ("They", "A ellos les", False),
        ]
        who, dative, third = rng.choice(people)
        link, verb = self.link(), self.link()
        gusta = "gusta" if phrase.number == "s" else "gustan"
        if rng.random() < 0.2:
            no = "doesn't" if third else "don't"
            en, es = (
                [(who, link), (no, verb), ("like", verb)],
                [*[(w, link) for w in dative.split()]],
            )
            es.insert(len(es) - 1, ("no", verb))
        else:
            en, es = (
                [(who, link), ("likes" if third else "like", verb)],
                [(w, link) for w in dative.split()],
            )
        return en + phrase.english, es + [(gusta, verb)] + phrase.spanish, "."

    def comparison(self):
        """The cat is bigger than the dog. -> El gato es más grande que el perro."""
        rng = self.rng
        kind = rng.choice(["animal", "person", "thing", "food"])
        first, second = (self.noun_phrase([kind], adjectives=0) for _ in range(2))
        adjective = self.adjective(kind)
        while (
            " " in adjective.spanish
            or adjective.group == "colour"
            or adjective.english in ("good", "bad")
        ):
            adjective = self.adjective(kind)
        copula = lexicon.spanish.Verb(adjective.copula).finite(
            "present", "3s" if first.number == "s" else "3p"
        )
        be, link, than = self.link(), self.link(), self.link()
        form = adjective.agree(first.gender, first.number)
        if rng.random() < 0.25:
            middle = (
                [("as", 0), (adjective.english, link), ("as", than)],
                [("tan", 0), (form, link), ("como", than)],
            )
        else:
            text = comparative(adjective.english)
            middle = (
                [*[(w, link) for w in text.split()], ("than", than)],
                [("más", link), (form, link), ("que", than)],
            )
        return (
            [*first.english, (BE[first.number][0], be), *middle[0], *second.english],
            [*first.spanish, (copula, be), *middle[1], *second.spanish],
            ".",
        )

    def joined(self):
        """Two short clauses with "and"."""
        one, two = self.clause(), self.clause()
        both = self.linked("and", "e" if two[1][0][0].startswith(("i", "hi")) else "y")
        return one[0] + both[0] + two[0], one[1] + both[1] + two[1], "."

    PATTERNS = [
        ("intransitive", 54), ("transitive", 23), ("quality", 6), ("location", 6), ("question", 4),
        ("liking", 2), ("comparison", 2), ("joined", 3),
    ]  # fmt: skip

    def make(self) -> tuple[Words, Words, str]:
        """English words, Spanish words (contracted, not yet joined) and the final mark."""
        self.links = 0
        names, weights = zip(*self.PATTERNS)
        english, spanish, mark = getattr(self, self.rng.choices(names, weights)[0])()
        return english, contract(spanish), mark


def text(words: Words, mark: str) -> str:
    """The sentence: capital first letter, the mark at its end, "¿" joined to its word."""
    joined = " ".join(word for word, _ in words).replace("¿ ", "¿")
    start = 1 if joined.startswith("¿") else 0
    return joined[:start] + joined[start].upper() + joined[start + 1 :] + mark
