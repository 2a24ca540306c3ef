"""Little worlds of the kinds that bAbI tells of (Weston et al., 2015), each with all the questions it can answer.

bAbI's thousand items a task have one question a passage. Here a passage is new each time and its text is
read once for many questions, so a model learns to tell who is where instead of who was named last.
The sentences are bAbI's; the numbers in comments are those of its tasks.
"""

import random
from collections.abc import Callable

from tasks.layout import Asked
from tasks.scenes import scene

World = tuple[str, list[Asked]]  # passage, what can be asked of it

PEOPLE = {"Mary": "she", "John": "he", "Daniel": "he", "Sandra": "she"}
FRIENDS = ("Mary", "Bill", "Fred", "Jeff", "Julie")
ROOMS = ("bathroom", "kitchen", "hallway", "garden", "office", "bedroom")
TOWN = ("school", "cinema", "park", "office", "bedroom", "kitchen")
THINGS = ("football", "apple", "milk")
WENT = ("moved to", "went to", "went back to", "journeyed to", "travelled to")
TOOK = ("took", "got", "grabbed", "picked up")
DROPPED = ("dropped", "left", "discarded", "put down")
GAVE = ("gave", "passed", "handed")
THEN = ("Then", "After that", "Following that", "Afterwards")
NUMBERS = ("none", "one", "two", "three")
TIMES = ("yesterday", "this morning", "this afternoon", "this evening")
BEASTS = {"mouse": "mice", "sheep": "sheep", "cat": "cats", "wolf": "wolves"}
KEEPERS = ("Gertrude", "Winona", "Jessica", "Emily")
KINDS = ("lion", "swan", "frog", "rhino")
COLOURS = ("white", "gray", "green", "yellow")
NAMED = ("Lily", "Bernhard", "Greg", "Brian", "Julius")
WAYS = {"north": (0, 1), "east": (1, 0), "south": (0, -1), "west": (-1, 0)}
BACK = {"north": "south", "east": "west", "south": "north", "west": "east"}


def where(place_of: dict[str, str]) -> list[Asked]:
    return [(f"Where is {name}?", place) for name, place in place_of.items()]


def whether(place_of: dict[str, str], rng: random.Random) -> list[Asked]:
    """Yes as often as no."""
    asked = []
    for name, place in place_of.items():
        named = place if rng.random() < 0.5 else rng.choice([p for p in ROOMS if p != place])
        asked.append((f"Is {name} in the {named}?", "yes" if named == place else "no"))
    return asked


def walks(rng: random.Random) -> World:
    """1, 6: people go from room to room."""
    place_of: dict[str, str] = {}
    said = []
    for _ in range(rng.choice((2, 4, 6, 8, 10))):
        name, place = rng.choice(list(PEOPLE)), rng.choice(ROOMS)
        place_of[name] = place
        said.append(f"{name} {rng.choice(WENT)} the {place}.")
    return " ".join(said), where(place_of) if rng.random() < 0.8 else whether(place_of, rng)


def walks_told_by_pronoun(rng: random.Random) -> World:
    """11, 12, 13: one or two people go, "they" go on."""
    both, again = rng.choice(((False, True), (True, False), (True, True)))
    place_of: dict[str, str] = {}
    said = []
    for _ in range(rng.choice((1, 2, 3, 4, 5)) * (1 if again else 2)):
        names = rng.sample(list(PEOPLE), 2 if both else 1)
        place = rng.choice(ROOMS)
        said.append(f"{' and '.join(names)} {rng.choice(WENT)} the {place}.")
        if again:
            place = rng.choice(ROOMS)
            pronoun = "they" if both else PEOPLE[names[0]]
            said.append(f"{rng.choice(THEN)} {pronoun} {rng.choice(WENT)} the {place}.")
        place_of.update(dict.fromkeys(names, place))
    return " ".join(said), where(place_of)


class Carried:
    """2, 3, 5, 7, 8: people take things along, give them to others and put them down."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.place_of: dict[str, str] = {}  # of people
        self.hands: dict[str, list[str]] = {name: [] for name in PEOPLE}
        self.history = {thing: [rng.choice(ROOMS)] for thing in THINGS}
        self.seen: set[str] = set()  # things that the passage has named
        self.given: list[tuple[str, str, str]] = []  # giver, thing, receiver

    def go(self, name: str) -> str:
        place = self.rng.choice([room for room in ROOMS if room != self.place_of.get(name)])
        self.place_of[name] = place
        for thing in self.hands[name]:
            self.history[thing].append(place)
        return f"{name} {self.rng.choice(WENT)} the {place}."

    def there(self, share: float) -> str:
        return " there." if self.rng.random() < share else "."

    def give(self, name: str, other: str) -> str:
        thing = self.rng.choice(self.hands[name])
        self.hands[name].remove(thing)
        self.hands[other].append(thing)
        self.given.append((name, thing, other))
        return f"{name} {self.rng.choice(GAVE)} the {thing} to {other}."

    def act(self, name: str, to_take: float, to_give: float) -> str:
        held = [thing for hand in self.hands.values() for thing in hand]
        here = self.place_of.get(name)
        free = [t for t in THINGS if t not in held and self.history[t][-1] == here]
        chance = self.rng.random()
        if free and chance < to_take:
            thing = self.rng.choice(free)
            self.hands[name].append(thing)
            self.seen.add(thing)
            return f"{name} {self.rng.choice(TOOK)} the {thing}{self.there(0.6)}"
        near = [other for other, place in self.place_of.items() if place == here and other != name]
        if self.hands[name] and near and self.rng.random() < to_give:
            return self.give(name, self.rng.choice(near))
        if self.hands[name] and chance < 0.35:
            thing = self.rng.choice(self.hands[name])
            self.hands[name].remove(thing)
            return f"{name} {self.rng.choice(DROPPED)} the {thing}{self.there(0.2)}"
        return self.go(name)

    def questions(self, about: str) -> list[Asked]:
        if about == "people":
            return where(self.place_of)
        if about == "things":
            return [(f"Where is the {t}?", self.history[t][-1]) for t in sorted(self.seen)]
        if about == "before":
            return [
                (f"Where was the {thing} before the {place}?", rooms[i])
                for thing, rooms in self.history.items()
                if thing in self.seen
                for i, place in enumerate(rooms[1:])
                if rooms.count(place) == 1
            ][-3:]
        if about == "given":
            return self.gifts()
        told = {name: self.hands[name] for name in self.place_of}
        if about == "number":
            ask = "How many objects is {} carrying?"
            return [(ask.format(name), NUMBERS[len(held)]) for name, held in told.items()]
        ask = "What is {} carrying?"
        return [(ask.format(name), ",".join(held) or "nothing") for name, held in told.items()]

    def gifts(self) -> list[Asked]:
        """Of things that were given once."""
        asked = []
        for name, thing, other in self.given:
            if sum(thing == gift for _, gift, _ in self.given) > 1:
                continue
            asked += [
                (f"Who gave the {thing}?", name),
                (f"Who gave the {thing} to {other}?", name),
                (f"Who received the {thing}?", other),
                (f"Who did {name} give the {thing} to?", other),
            ]
            if sum((name, other) == (a, b) for a, _, b in self.given) == 1:
                asked.append((f"What did {name} give to {other}?", thing))
        return asked


ABOUT = ("people", "things", "before", "number", "hands", "given")


def things(rng: random.Random) -> World:
    """The questions are of two or three kinds: where a thing is follows from whose hands it is in."""
    about = {"things", *rng.sample(ABOUT, 2)} if rng.random() < 0.5 else set(rng.sample(ABOUT, 2))
    world = Carried(rng)
    to_take, to_give = rng.choice((0.4, 0.7, 1.0)), 0.8 * ("given" in about)
    length = rng.randint(2, rng.choice((8, 14, 20, 34)))
    said: list[str] = []
    while len(said) < length or not world.seen:
        said.append(world.act(rng.choice(list(PEOPLE)), to_take, to_give))
    return " ".join(said), [asked for kind in sorted(about) for asked in world.questions(kind)]


def days(rng: random.Random) -> World:
    """14: who was where when, told out of order."""
    people = rng.sample(FRIENDS, rng.randint(2, 4))
    told: list[tuple[int, str, str]] = []
    asked = []
    for name in people:
        count = rng.randint(2, 4)
        times = sorted(rng.sample(range(4), count))
        places = rng.sample(TOWN, count)
        told += [(time, name, place) for time, place in zip(times, places)]
        asked += [
            (f"Where was {name} before the {after}?", before)
            for before, after in zip(places, places[1:])
        ]
    rng.shuffle(told)
    said = []
    for time, name, place in told:
        went, when = f"{name} {rng.choice(WENT)} the {place}", TIMES[time]
        said.append(f"{when.capitalize()} {went}." if rng.random() < 0.5 else f"{went} {when}.")
    return " ".join(said), asked


def fears(rng: random.Random) -> World:
    """15: what holds for all of a kind holds for each."""
    feared = {beast: rng.choice([b for b in BEASTS if b != beast]) for beast in BEASTS}
    kind_of = {name: rng.choice(list(BEASTS)) for name in KEEPERS}
    said = [f"{BEASTS[a].capitalize()} are afraid of {BEASTS[b]}." for a, b in feared.items()]
    said += [f"{name} is a {kind}." for name, kind in kind_of.items()]
    rng.shuffle(said)
    ask = "What is {} afraid of?"
    return " ".join(said), [(ask.format(n.lower()), feared[k]) for n, k in kind_of.items()]


def colours(rng: random.Random) -> World:
    """16: what the last one told of a kind is, one more of the kind is too."""
    names = rng.sample(NAMED, len(NAMED))
    kind_of = {name: rng.choice(KINDS) for name in names}
    colour_of = {name: rng.choice(COLOURS) for name in names[1:]}
    kind_of[names[0]] = kind_of[names[1]]
    told = [f"{name} is a {kind}." for name, kind in kind_of.items()]
    said = told + [f"{name} is {colour}." for name, colour in colour_of.items()]
    rng.shuffle(said)
    alike = [name for name in colour_of if kind_of[name] == kind_of[names[0]]]
    last = max(alike, key=lambda name: said.index(f"{name} is a {kind_of[name]}."))
    return " ".join(said), [(f"What color is {names[0]}?", colour_of[last])]


def ways(rng: random.Random) -> World:
    """19: rooms on a grid; the way between two that are two steps apart."""
    rooms = rng.sample(ROOMS, len(ROOMS))
    at = {rooms[0]: (0, 0)}
    step: dict[tuple[str, str], str] = {}
    said = []
    while len(at) < len(rooms):
        near, room = rng.choice(list(at)), rooms[len(at)]
        way = rng.choice(list(WAYS))
        spot = (at[near][0] + WAYS[way][0], at[near][1] + WAYS[way][1])
        if spot in at.values():
            continue
        at[room] = spot
        step[near, room], step[room, near] = way, BACK[way]
        a, b = (near, room) if rng.random() < 0.5 else (room, near)
        said.append(f"The {b} is {step[a, b]} of the {a}.")
    rng.shuffle(said)
    ask = "How do you go from the {} to the {}?"
    asked = [
        (ask.format(a, c), f"{first[0]},{second[0]}")
        for (a, b), first in step.items()
        for (via, c), second in step.items()
        if b == via and a != c
    ]
    return " ".join(said), asked


KINDS_OF_WORLD: tuple[tuple[Callable[[random.Random], World], float], ...] = (
    (walks, 0.5),
    (walks_told_by_pronoun, 0.7),
    (things, 6.0),
    (days, 2.0),
    (fears, 0.7),
    (colours, 4.0),
    (ways, 1.5),
    (scene, 5.0),
)
MOST_ASKED = 6


def world(rng: random.Random) -> World:
    """A passage, and at least one question."""
    kinds, weights = zip(*KINDS_OF_WORLD)
    asked: list[Asked] = []
    while not asked:
        passage, asked = rng.choices(kinds, weights)[0](rng)
    return passage, rng.sample(asked, min(MOST_ASKED, len(asked)))
