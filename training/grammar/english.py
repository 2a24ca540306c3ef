"""English inflection for the words of the lexicon."""

import re


def plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|x|ch|sh)$", noun) else "s")


def article(word: str) -> str:
    if re.match(r"(honest|hour|heir)", word):
        return "an"
    return (
        "an" if re.match(r"[aeiou](?!niform|seful|nicorn)", word) or word.startswith("un") else "a"
    )


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


class Verb:
    """base, third person, past and -ing form; a phrasal verb's tail stays behind."""

    def __init__(self, entry: str):
        forms = entry.replace("_", " ").split("/")
        self.base = forms[0]
        head, _, tail = self.base.partition(" ")
        tail = tail and " " + tail
        doubled = bool(re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", head))
        stem = head + head[-1] if doubled else head
        self.third = (plural(head) if head not in ("go", "do") else head + "es") + tail
        if head == "have":
            self.third = "has"
        self.past = forms[1] if len(forms) > 1 else self.regular_past(head, stem) + tail
        self.ing = forms[2] if len(forms) > 2 else self.regular_ing(head, stem) + tail

    @staticmethod
    def regular_past(head: str, stem: str) -> str:
        if head.endswith("e"):
            return head + "d"
        return head[:-1] + "ied" if re.search(r"[^aeiou]y$", head) else stem + "ed"

    @staticmethod
    def regular_ing(head: str, stem: str) -> str:
        return head[:-1] + "ing" if re.search(r"[^e]e$", head) else stem + "ing"

    def finite(self, tense: str, third_singular: bool) -> str:
        if tense == "past":
            return self.past
        return self.third if third_singular else self.base
