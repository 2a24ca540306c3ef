"""Sentence patterns, each in both languages at once, over the phrases of phrases.py."""

from . import lexicon
from .phrases import ANIMATE, Phrase, Phrases, Words, contract

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
BE = {"s": ("is", "was"), "p": ("are", "were")}
# English subject, Spanish subject, Spanish person, third person singular?, forms of "to be".
PRONOUNS = [
    ("I", "", "1s", False, ("am", "was")), ("you", "", "2s", False, ("are", "were")),
    ("he", "él", "3s", True, ("is", "was")), ("she", "ella", "3s", True, ("is", "was")),
    ("we", "", "1p", False, ("are", "were")), ("they", "ellos", "3p", False, ("are", "were")),
]  # fmt: skip
ADVERBS = [
    ("quickly", "rápidamente"), ("slowly", "lentamente"), ("quietly", "silenciosamente"), ("loudly", "ruidosamente"),
    ("today", "hoy"), ("now", "ahora"), ("here", "aquí"), ("there", "allí"), ("well", "bien"), ("a lot", "mucho"),
    ("every day", "todos los días"), ("at night", "por la noche"), ("in the morning", "por la mañana"),
    ("again", "de nuevo"), ("too", "también"), ("happily", "felizmente"), ("silently", "silenciosamente"),
    ("gently", "suavemente"), ("suddenly", "de repente"), ("all day", "todo el día"), ("in the rain", "bajo la lluvia"),
    ("in the snow", "en la nieve"), ("in the sun", "al sol"), ("in the dark", "en la oscuridad"),
]  # fmt: skip
MIDDLE = [
    ("always", "siempre"),
    ("often", "a menudo"),
    ("never", "nunca"),
    ("sometimes", "a veces"),
]
MODALS = [
    ("can", "poder"),
    ("wants to", "querer"),
    ("must", "deber"),
    ("has to", "tener que"),
    ("is going to", "ir a"),
]


class Sentences(Phrases):
    def __init__(self, rng):
        super().__init__(rng)
        self.verbs = lexicon.verbs()
        self.objects: dict[str, list] = {}

    # Subjects: (English words, Spanish words, person, third singular, be forms)
    def subject(self, kinds=ANIMATE):
        rng = self.rng
        if rng.random() < 0.12 and "animal" in kinds:
            en, es, person, third, be = rng.choice(PRONOUNS)
            link = self.link()
            return [(en, link)], ([(es, link)] if es else []), person, third, be, None
        phrase = self.noun_phrase(list(kinds))
        person = "3s" if phrase.number == "s" else "3p"
        return phrase.english, phrase.spanish, person, person == "3s", BE[phrase.number], phrase

    def predicate(self, verb, person, third, be) -> tuple[Words, Words]:
        """The verb in some tense, without what follows it; both languages share one link."""
        rng, en, es = self.rng, verb.english, verb.spanish
        link = self.link()
        clitic, tail = es.pronoun(person), es.tail.split()
        estar, ir = lexicon.spanish.Verb("estar"), lexicon.spanish.Verb("ir")
        form = rng.choices(
            ["present", "past", "progressive", "was", "will", "modal", "not", "didn't", "often"],
            [40, 20, 13, 5, 4, 6, 5, 3, 4],
        )[0]
        if verb.english.base in (
            "want",
            "know",
            "have",
            "need",
            "love",
            "hate",
            "fear",
            "see",
        ) and form in ("progressive", "was"):
            form = "present"
        helper: Words = []
        if form == "present":
            text, words = en.finite("present", third), [*clitic, es.finite("present", person)]
        elif form == "past":
            tense = (
                "imperfect"
                if en.base in ("want", "know", "have", "love", "hate", "fear")
                else "preterite"
            )
            text, words = en.past, [*clitic, es.finite(tense, person)]
        elif form == "progressive":
            text, words = (
                f"{be[0]} {en.ing}",
                [*clitic, estar.finite("present", person), es.gerund()],
            )
        elif form == "was":
            text, words = (
                f"{be[1]} {en.ing}",
                [*clitic, estar.finite("imperfect", person), es.gerund()],
            )
        elif form == "will":
            text, words = f"will {en.base}", [*clitic, es.finite("future", person)]
        elif form == "not":
            text = f"{rng.choice(['doesn’t', 'does not', 'doesn’t'] if third else ['don’t', 'do not', 'don’t'])} {en.base}".replace(
                "’", "'"
            )
            words = ["no", *clitic, es.finite("present", person)]
        elif form == "didn't":
            text, words = f"didn't {en.base}", ["no", *clitic, es.finite("preterite", person)]
        elif form == "often":
            english_adverb, spanish_adverb = rng.choice(MIDDLE)
            adverb = self.link()
            return (
                [(english_adverb, adverb), *[(w, link) for w in en.finite("present", third).split()]],
                [*[(w, adverb) for w in spanish_adverb.split()],
                 *[(w, link) for w in [*clitic, es.finite("present", person), *tail]]],
            )  # fmt: skip
        else:
            modal, spanish_modal = rng.choice(MODALS)
            modal = self.modal(modal, third, be)
            head, _, rest = spanish_modal.partition(" ")
            conjugated = (
                ir if head == "ir" else lexicon.spanish.Verb(head, "ie" if head == "querer" else "")
            )
            helper_link = self.link()
            helper = [
                (w, helper_link) for w in [conjugated.finite("present", person), *rest.split()]
            ]
            return (
                [*[(w, helper_link) for w in modal.split()], *[(w, link) for w in en.base.split()]],
                [*helper, *[(w, link) for w in [es.bare(person), *tail]]],
            )
        return [(w, link) for w in text.split()], [(w, link) for w in [*words, *tail]]

    @staticmethod
    def modal(modal: str, third: bool, be) -> str:
        if modal.startswith("is"):
            return be[0] + modal[2:]
        if not third:
            return {"wants to": "want to", "has to": "have to"}.get(modal, modal)
        return modal

    def object_of(self, verb) -> Phrase:
        kinds = []
        for kind in ("animate", "animal", "person", "thing", "food", "place"):
            if kind in verb.flags:
                kinds += ["animal", "person"] if kind == "animate" else [kind]
        phrase = self.noun_phrase(kinds)
        if phrase.english[0][1] and phrase.spanish[0][1] == 0:  # bare plural: no article either
            phrase = self.noun_phrase(
                kinds, {"s": ["the", "a", "my", "this"], "p": ["the", "some", "two"]}
            )
        marked = phrase.kind in ANIMATE and not verb.flags & {"noa", "nopa"}
        if marked:
            phrase.spanish = [("a", 0), *phrase.spanish]
        return phrase

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

    def clause(self):
        verb = self.rng.choice(self.verbs["animate"])
        phrase = self.noun_phrase(list(ANIMATE), adjectives=self.rng.choice([0, 0, 1]))
        person = "3s" if phrase.number == "s" else "3p"
        words = self.predicate(verb, person, person == "3s", BE[phrase.number])
        return phrase.english + words[0], phrase.spanish + words[1]

    PATTERNS = [
        ("intransitive", 42), ("transitive", 24), ("quality", 8), ("location", 9), ("question", 6),
        ("liking", 3), ("comparison", 4), ("joined", 4),
    ]  # fmt: skip

    def make(self) -> tuple[Words, Words, str]:
        """English words, Spanish words (contracted, not yet joined) and the final mark."""
        self.links = 0
        names, weights = zip(*self.PATTERNS)
        english, spanish, mark = getattr(self, self.rng.choices(names, weights)[0])()
        return english, contract(spanish), mark


def comparative(adjective: str) -> str:
    """bigger, happier, more dangerous."""
    syllables = sum(
        1 for a, b in zip(" " + adjective, adjective) if b in "aeiouy" and a not in "aeiouy"
    ) - (adjective.endswith("e") and not adjective.endswith("le"))
    if adjective.endswith("y") and syllables == 2:
        return adjective[:-1] + "ier"
    if syllables > 1:
        return "more " + adjective
    if adjective.endswith("e"):
        return adjective + "r"
    if adjective[-1] in "bdgmnt" and adjective[-2] in "aeiou" and adjective[-3] not in "aeiou":
        return adjective + adjective[-1] + "er"
    return adjective + "er"


def text(words: Words, mark: str) -> str:
    """The sentence: capital first letter, the mark at its end, "¿" joined to its word."""
    joined = " ".join(word for word, _ in words).replace("¿ ", "¿")
    start = 1 if joined.startswith("¿") else 0
    return joined[:start] + joined[start].upper() + joined[start + 1 :] + mark
