"""Spanish inflection: plurals, agreement, and the verb forms the generator uses."""

PERSONS = ("1s", "2s", "3s", "1p", "3p")
REFLEXIVE = dict(zip(PERSONS, ("me", "te", "se", "nos", "se")))
UNACCENTED = str.maketrans("áéíóú", "aeiou")

ENDINGS = {
    "present": {"a": "o as a amos an", "e": "o es e emos en", "i": "o es e imos en"},
    "preterite": {"a": "é aste ó amos aron", "e": "í iste ió imos ieron", "i": "í iste ió imos ieron"},
    "imperfect": {"a": "aba abas aba ábamos aban", "e": "ía ías ía íamos ían", "i": "ía ías ía íamos ían"},
}  # fmt: skip
FUTURE = ["é", "ás", "á", "emos", "án"]
FUTURE_STEMS = {"tener": "tendr", "hacer": "har", "querer": "querr", "salir": "saldr", "poder": "podr",
                "sostener": "sostendr", "detener": "detendr", "oír": "oir", "reír": "reir",
                "sonreír": "sonreir", "haber": "habr"}  # fmt: skip

# Forms in the order of PERSONS.
IRREGULAR = {
    ("ser", "present"): "soy eres es somos son",
    ("ser", "preterite"): "fui fuiste fue fuimos fueron",
    ("ser", "imperfect"): "era eras era éramos eran",
    ("estar", "present"): "estoy estás está estamos están",
    ("estar", "preterite"): "estuve estuviste estuvo estuvimos estuvieron",
    ("ir", "present"): "voy vas va vamos van",
    ("ir", "preterite"): "fui fuiste fue fuimos fueron",
    ("ir", "imperfect"): "iba ibas iba íbamos iban",
    ("ver", "present"): "veo ves ve vemos ven",
    ("ver", "preterite"): "vi viste vio vimos vieron",
    ("ver", "imperfect"): "veía veías veía veíamos veían",
    ("dar", "present"): "doy das da damos dan",
    ("dar", "preterite"): "di diste dio dimos dieron",
    ("oír", "present"): "oigo oyes oye oímos oyen",
    ("oír", "preterite"): "oí oíste oyó oímos oyeron",
    ("oír", "imperfect"): "oía oías oía oíamos oían",
    ("caer", "present"): "caigo caes cae caemos caen",
    ("caer", "preterite"): "caí caíste cayó caímos cayeron",
    ("traer", "present"): "traigo traes trae traemos traen",
    ("traer", "preterite"): "traje trajiste trajo trajimos trajeron",
    ("leer", "preterite"): "leí leíste leyó leímos leyeron",
    ("tener", "present"): "tengo tienes tiene tenemos tienen",
    ("tener", "preterite"): "tuve tuviste tuvo tuvimos tuvieron",
    ("hacer", "present"): "hago haces hace hacemos hacen",
    ("hacer", "preterite"): "hice hiciste hizo hicimos hicieron",
    ("querer", "present"): "quiero quieres quiere queremos quieren",
    ("querer", "preterite"): "quise quisiste quiso quisimos quisieron",
    ("poder", "present"): "puedo puedes puede podemos pueden",
    ("poder", "preterite"): "pude pudiste pudo pudimos pudieron",
    ("salir", "present"): "salgo sales sale salimos salen",
    ("reír", "present"): "río ríes ríe reímos ríen",
    ("reír", "preterite"): "reí reíste rio reímos rieron",
    ("reír", "imperfect"): "reía reías reía reíamos reían",
    ("sonreír", "present"): "sonrío sonríes sonríe sonreímos sonríen",
    ("sonreír", "preterite"): "sonreí sonreíste sonrió sonreímos sonrieron",
    ("sonreír", "imperfect"): "sonreía sonreías sonreía sonreíamos sonreían",
    ("oler", "present"): "huelo hueles huele olemos huelen",
    ("aullar", "present"): "aúllo aúllas aúlla aullamos aúllan",
    ("maullar", "present"): "maúllo maúllas maúlla maullamos maúllan",
    ("fotografiar", "present"): "fotografío fotografías fotografía fotografiamos fotografían",
    ("gruñir", "preterite"): "gruñí gruñiste gruñó gruñimos gruñeron",
}
GERUNDS = {"ir": "yendo", "oír": "oyendo", "caer": "cayendo", "traer": "trayendo", "leer": "leyendo",
           "reír": "riendo", "sonreír": "sonriendo", "gruñir": "gruñendo"}  # fmt: skip


def plural(word: str) -> str:
    if word[-1] in "aeiouéáó":
        return word + "s"
    if word[-1] == "z":
        return word[:-1] + "ces"
    if word[-2:] in ("ón", "án", "ín", "én", "és"):
        return word[:-2] + word[-2].translate(UNACCENTED) + word[-1] + "es"
    return word + "es"


def agree(adjective: str, gender: str, number: str, plural_form: str | None = None) -> str:
    """The adjective for a noun of gender m or f and number s or p."""
    if " " in adjective:
        return adjective
    word = adjective
    if gender == "f":
        if word[-1] == "o":
            word = word[:-1] + "a"
        elif word in ("trabajador", "encantador", "español"):
            word += "a"
        elif word in ("juguetón", "gruñón", "francés", "inglés"):
            word = word[:-2] + word[-2].translate(UNACCENTED) + word[-1] + "a"
    if number == "p":
        return plural_form if plural_form and word == adjective else plural(word)
    return word


class Verb:
    """A Spanish verb: infinitive (perhaps reflexive, perhaps with a tail) and its stem change."""

    def __init__(self, entry: str, change: str = ""):
        head, _, self.tail = entry.partition(" ")
        self.reflexive = head.endswith("se")
        self.infinitive = head[:-2] if self.reflexive else head
        self.change = change
        self.vowel = self.infinitive[-2].translate(UNACCENTED)
        self.stem = self.infinitive[:-2]

    def changed(self, kind: str) -> str:
        """The stem with its last e, o (or u) changed."""
        if not kind:
            return self.stem
        letters = "e" if kind in ("ie", "i") else "ou"
        at = max(self.stem.rfind(letter) for letter in letters)
        if kind == "u":
            at = self.stem.rfind("o")
        return self.stem[:at] + kind + self.stem[at + 1 :]

    def finite(self, tense: str, person: str) -> str:
        """The bare form, without pronoun or tail."""
        at = PERSONS.index(person)
        if tense == "future":
            return FUTURE_STEMS.get(self.infinitive, self.infinitive) + FUTURE[at]
        known = IRREGULAR.get((self.infinitive, tense))
        if known is None and self.infinitive in ("sostener", "detener"):
            prefix = self.infinitive[:-5]
            known = IRREGULAR.get(("tener", tense))
            if known:
                return prefix + known.split()[at]
        if known:
            return known.split()[at]
        ending = ENDINGS[tense][self.vowel].split()[at]
        if tense == "present":
            return self.present(person, ending)
        if tense == "preterite":
            return self.preterite(person, ending)
        return self.stem + ending

    def present(self, person: str, ending: str) -> str:
        stem = self.stem if person == "1p" else self.changed(self.change)
        if self.infinitive.endswith("uir") and not self.infinitive.endswith("guir"):
            return stem + ("" if person == "1p" else "y") + ending
        if person == "1s":
            if self.infinitive.endswith("guir"):
                stem = stem[:-1]
            elif self.infinitive.endswith(("ger", "gir")):
                stem = stem[:-1] + "j"
            elif self.infinitive.endswith(("ecer", "ocer")):
                stem = stem[:-1] + "zc"
        return stem + ending

    def weak(self) -> str:
        """Stem of the third persons of the preterite and of the gerund."""
        if self.vowel == "i" and self.change:
            return self.changed("u" if self.change == "ue" else "i")
        return self.stem

    def preterite(self, person: str, ending: str) -> str:
        if person == "1s" and self.vowel == "a":
            for old, new in (("c", "qu"), ("g", "gu"), ("z", "c")):
                if self.stem.endswith(old):
                    return self.stem[:-1] + new + ending
        if person in ("3s", "3p") and self.vowel != "a":
            if self.infinitive.endswith("uir") and not self.infinitive.endswith("guir"):
                return self.stem + "y" + ending[1:]
            return self.weak() + ending
        return self.stem + ending

    def gerund(self) -> str:
        if self.infinitive in GERUNDS:
            return GERUNDS[self.infinitive]
        if self.vowel == "a":
            return self.stem + "ando"
        if self.infinitive.endswith("uir") and not self.infinitive.endswith("guir"):
            return self.stem + "yendo"
        return self.weak() + "iendo"

    def pronoun(self, person: str) -> list[str]:
        return [REFLEXIVE[person]] if self.reflexive else []

    def bare(self, person: str) -> str:
        """The infinitive with its pronoun: sentarse, sentarme."""
        return self.infinitive + (REFLEXIVE[person] if self.reflexive else "")
