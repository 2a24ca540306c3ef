"""An epoch's rows of the tasks beside translation: a sample of each, changed a little each time."""

import random
from pathlib import Path

from config import EOS
from tasks import babi, data, layout, scenes, sentiment, squad, worlds
from tasks.layout import Row
from tasks.polarity import Polarity


class TaskRows:
    """`counts` says how many rows of each task an epoch has; `longest` how many tokens a row.

    `made_up` rows besides come from tasks/worlds.py.
    """

    def __init__(self, sp, work: Path, counts: dict[str, int], longest: int, made_up: int = 0):
        self.sp, self.counts, self.longest, self.made_up = sp, counts, longest, made_up
        self.examples = {task: data.read(work, task, "train") for task in counts if counts[task]}
        for task, rows in self.examples.items():
            if not rows:
                raise SystemExit(f"no prepared data for {task}: run prepare.py --tasks")
        if "sentiment" in self.examples:
            labelled = self.examples["sentiment"]
            self.polarity = Polarity(row[:2] for row in labelled if row[2] == "review")
            self.examples["sentiment"] = sentiment.weighed(labelled)

    def epoch(self, rng: random.Random) -> list[Row]:
        rows: list[Row] = []
        for task, examples in self.examples.items():
            make = getattr(self, task)
            for example in self.sample(examples, self.counts[task], rng):
                rows += make(example, rng)
        rows += [layout.asked_row(self.sp, *worlds.world(rng)) for _ in range(self.made_up)]
        return [row for row in rows if len(row[0]) <= self.longest + 1]

    @staticmethod
    def sample(examples: list, count: int, rng: random.Random) -> list:
        """Each example as often as any other, up to one."""
        whole, rest = divmod(count, len(examples))
        return examples * whole + rng.sample(examples, rest)

    def sentiment(self, example, rng: random.Random) -> list[Row]:
        """The text, of a review some pieces besides, and now and then a sentence that only states something."""
        label, text, source = example
        labelled = [(label, sentiment.word_dropped(text, rng))]
        if rng.random() < sentiment.STATED_SHARE:
            labelled.append(("neutral", scenes.statement(rng)))
        if source == "review":
            labelled += self.polarity.pieces(text, rng)
        return [
            layout.sentiment_row(self.sp, sentiment.as_written(words, rng), said)
            for said, words in labelled
        ]

    def squad(self, example, rng: random.Random) -> list[Row]:
        _, passage, question, answer = example
        if rng.random() < squad.UNANSWERED_SHARE:
            other = rng.choice(self.examples["squad"])
            if squad.is_unanswered(passage, other[3]):
                question, answer = other[2], ""
        return [layout.answer_row(self.sp, passage, question, answer)]

    def babi(self, example, rng: random.Random) -> list[Row]:
        item = babi.exchanged(babi.Item(*example), rng)
        passage = babi.recent(item.passage, lambda s: len(self.sp.encode(s)), self.longest - 40)
        return [layout.answer_row(self.sp, passage, item.question, item.answer)]

    def story(self, example, rng: random.Random) -> list[Row]:
        """The whole story, or its parts where it is longer than a row may be; only the last one ends."""
        ids, divider = layout.story_row(self.sp, example[0])
        if len(ids) <= self.longest:
            return [(ids, divider)]
        step = self.longest - 2
        body = ids[2:-1]
        parts = [body[i : i + step] for i in range(0, len(body), step)]
        rows = [([*layout.story_prompt(), *part], divider) for part in parts]
        rows[-1][0].append(EOS)
        return [row for row in rows if len(row[0]) > 8]
