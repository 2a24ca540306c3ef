"""The word lists of this folder as objects."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import english, spanish

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Noun:
    kind: str
    english: tuple[str, str]  # singular, plural
    spanish: tuple[str, str]
    gender: str
    stressed_a: bool  # "el águila", though feminine


@dataclass(frozen=True)
class Adjective:
    group: str
    english: str
    spanish: str
    plural: str | None
    copula: str

    def agree(self, gender: str, number: str) -> str:
        return spanish.agree(self.spanish, gender, number, self.plural)


@dataclass
class VerbPair:
    english: english.Verb
    spanish: spanish.Verb
    flags: set[str] = field(default_factory=set)  # objects' kinds, "noa", "nopa", "dat"

    def objects(self) -> list[str]:
        """Kinds of what it can be done to."""
        kinds = []
        for kind in ("animate", "animal", "person", "thing", "food", "place"):
            if kind in self.flags:
                kinds += ["animal", "person"] if kind == "animate" else [kind]
        return kinds


def entries(name: str):
    """(section, entry) for each comma-separated entry of a word list."""
    section = ""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        elif line and not line.startswith("#"):
            for entry in line.split(","):
                yield section, entry.strip()


@cache
def nouns() -> list[Noun]:
    found = []
    for kind, entry in entries("nouns.txt"):
        names, translations, *gender = entry.split(":")
        one, _, many = names.replace("_", " ").partition("/")
        uno, _, muchos = translations.replace("_", " ").partition("/")
        sort = gender[0] if gender else {"o": "m", "a": "f"}[uno[-1]]
        found.append(
            Noun(
                kind,
                (one, many or english.plural(one)),
                (uno, muchos or spanish.plural(uno)),
                sort[0],
                sort == "fa",
            )
        )
    return found


@cache
def adjectives() -> list[Adjective]:
    found = []
    for group, entry in entries("adjectives.txt"):
        name, translation, *copula = entry.split(":")
        word, _, many = translation.replace("_", " ").partition("/")
        found.append(Adjective(group, name, word, many or None, copula[0] if copula else "ser"))
    return found


@cache
def verbs() -> dict[str, list[VerbPair]]:
    found: dict[str, list[VerbPair]] = {}
    for group, entry in entries("verbs.txt"):
        name, rest = entry.split(":", 1)
        words = re.split(r"[: ]+", rest)
        flags = set(words[1:])
        change = next((c for c in ("ie", "ue", "i", "u") if c in flags), "")
        pair = VerbPair(english.Verb(name), spanish.Verb(words[0].replace("_", " "), change), flags)
        found.setdefault(group, []).append(pair)
    return found
