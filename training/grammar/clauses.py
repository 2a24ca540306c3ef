"""Subjects, predicates in their tenses, and objects, in both languages at once."""

from . import lexicon
from .phrases import ANIMATE, Phrase, Phrases, Words

BE = {"s": ("is", "was"), "p": ("are", "were")}
# English subject, Spanish subject, Spanish person, third person singular?, forms of "to be".
PRONOUNS = [
    ("I", "", "1s", False, ("am", "was")), ("you", "", "2s", False, ("are", "were")),
    ("he", "él", "3s", True, ("is", "was")), ("she", "ella", "3s", True, ("is", "was")),
    ("we", "", "1p", False, ("are", "were")), ("they", "ellos", "3p", False, ("are", "were")),
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


class Clauses(Phrases):
    def __init__(self, rng):
        super().__init__(rng)
        self.verbs = lexicon.verbs()

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
            [52, 16, 10, 3, 3, 5, 5, 3, 3],
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
        kinds = verb.objects()
        phrase = self.noun_phrase(kinds)
        if phrase.english[0][1] and phrase.spanish[0][1] == 0:  # bare plural: no article either
            phrase = self.noun_phrase(
                kinds, {"s": ["the", "a", "my", "this"], "p": ["the", "some", "two"]}
            )
        marked = phrase.kind in ANIMATE and not verb.flags & {"noa", "nopa"}
        if marked:
            phrase.spanish = [("a", 0), *phrase.spanish]
        return phrase

    def clause(self):
        verb = self.rng.choice(self.verbs["animate"])
        phrase = self.noun_phrase(list(ANIMATE), adjectives=self.rng.choice([0, 0, 1]))
        person = "3s" if phrase.number == "s" else "3p"
        words = self.predicate(verb, person, person == "3s", BE[phrase.number])
        return phrase.english + words[0], phrase.spanish + words[1]
