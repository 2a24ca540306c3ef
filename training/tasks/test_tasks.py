"""Checks of the tasks' parts: cd training && python -m unittest"""

import random
import re
import tempfile
import unittest
from pathlib import Path

from config import BOS, EOS, TOKEN
from tasks import babi, data, layout, scenes, scores, squad, stories, worlds
from tasks.polarity import Polarity
from tasks.rows import TaskRows
from tasks.splitting import is_dev


class Letters:
    """Stands for a SentencePiece processor: an id for each character."""

    @staticmethod
    def encode(text: str) -> list[int]:
        return [100 + ord(c) for c in text]


class Layout(unittest.TestCase):
    def test_the_divider_is_the_last_token_of_the_prompt(self):
        for ids, divider in (
            layout.translate_row(Letters, "a", "bc"),
            layout.sentiment_row(Letters, "fine", "positive"),
            layout.answer_row(Letters, "a b", "c", "b"),
            layout.story_row(Letters, "once"),
        ):
            self.assertEqual(ids[0], BOS)
            self.assertEqual(ids[-1], EOS)
            self.assertLess(ids[divider], 100)
        ids, divider = layout.answer_row(Letters, "a b", "c", "")
        self.assertEqual(ids[divider + 1 :], [TOKEN["<none>"], EOS])

    def test_prompts_are_what_the_model_file_says(self):
        for prompt, task, words in (
            (layout.translate_prompt(Letters, "a"), "translate", {"text": "a"}),
            (layout.sentiment_prompt(Letters, "b c"), "classify", {"text": "b c"}),
            (layout.answer_prompt(Letters, "a", "b"), "answer", {"passage": "a", "question": "b"}),
            (layout.story_prompt(), "complete", {"text": ""}),
        ):
            text = layout.PROMPTS[task]
            for word, value in words.items():
                text = text.replace("{" + word + "}", value)
            names = {i: name for name, i in TOKEN.items()}
            self.assertEqual("".join(names.get(i) or chr(i - 100) for i in prompt[1:]), text)
            self.assertEqual(prompt[0], BOS)

    def test_further_questions_are_read_and_all_answers_learnt(self):
        ids, divider = layout.asked_row(Letters, "ab", [("cd", "ef"), ("gh", "i"), ("j", "k")])
        said = [ids[position + 1] for position in layout.predicted(ids, divider)]
        self.assertEqual(
            said,
            [*Letters.encode("ef"), EOS, *Letters.encode("i"), EOS, *Letters.encode("k"), EOS],
        )
        one = layout.answer_row(Letters, "ab", "cd", "ef")
        self.assertEqual(layout.asked_row(Letters, "ab", [("cd", "ef")]), one)
        ids, divider = one
        self.assertEqual(layout.predicted(ids, divider), list(range(divider, len(ids) - 1)))


class Worlds(unittest.TestCase):
    """The answers against what a plain reading of the sentences says."""

    @staticmethod
    def made(kind, count=300):
        rng = random.Random(5)
        for _ in range(count):
            passage, asked = kind(rng)
            yield [s for s in re.split(r"(?<=\.) ", passage) if s], asked

    def test_people_are_where_they_went_last(self):
        for kind in (worlds.walks, worlds.walks_told_by_pronoun):
            for sentences, asked in self.made(kind):
                place_of, names = {}, []
                for sentence in sentences:
                    names = re.findall("|".join(worlds.PEOPLE), sentence) or names
                    place_of.update(dict.fromkeys(names, sentence.split()[-1].rstrip(".")))
                for question, answer in asked:
                    name = question.split()[2 if "in the" not in question else 1].rstrip("?")
                    if "in the" in question:
                        right = "yes" if question.endswith(f"the {place_of[name]}?") else "no"
                        self.assertEqual(answer, right, sentences)
                    else:
                        self.assertEqual(answer, place_of[name], sentences)

    def test_things_go_with_their_carrier(self):
        asked_about = set()
        for sentences, asked in self.made(worlds.things, 1000):
            place_of, carrier, left_at, gifts = {}, {}, {}, []
            rooms = {thing: [] for thing in worlds.THINGS}
            for sentence in sentences:
                name, rest = sentence.rstrip(".").removesuffix(" there").split(" ", 1)
                last = rest.split()[-1]
                if last in worlds.ROOMS:
                    place_of[name] = last
                    for thing in (thing for thing, owner in carrier.items() if owner == name):
                        rooms[thing].append(last)
                elif last in worlds.PEOPLE:
                    thing = rest.split()[2]
                    self.assertEqual((carrier[thing], place_of[name]), (name, place_of[last]))
                    del carrier[thing]  # what is held comes in the order in which it was got
                    carrier[thing] = last
                    gifts.append(sentence)
                elif any(rest.startswith(verb) for verb in worlds.TOOK):
                    self.assertNotIn(last, carrier)
                    carrier[last] = name
                    rooms[last] = rooms[last] or [place_of[name]]
                else:
                    self.assertEqual(carrier.pop(last), name)
                    left_at[last] = place_of[name]
            for question, answer in asked:
                words = question.rstrip("?").split()
                asked_about.add(" ".join(words[:2]))
                if question.startswith("Where is") and words[-1] in place_of:
                    self.assertEqual(answer, place_of[words[-1]])
                elif question.startswith("Where is"):
                    owner = carrier.get(words[-1])
                    self.assertEqual(answer, place_of[owner] if owner else left_at[words[-1]])
                elif words[0] == "Who" or words[1] == "did":
                    named = [w for w in (*words, answer) if w in (*worlds.PEOPLE, *worlds.THINGS)]
                    told = [s for s in gifts if all(w in s for w in named)]
                    self.assertEqual(len(told), 1)
                    giver = words[0] == "Who" and words[1] == "gave"
                    self.assertEqual(told[0].startswith(answer), giver)
                elif question.startswith("What is"):
                    held = [thing for thing, name in carrier.items() if name == words[2]]
                    self.assertEqual(answer, ",".join(held) or "nothing")
                elif question.startswith("How many"):
                    held = [thing for thing, name in carrier.items() if name == words[4]]
                    self.assertEqual(answer, worlds.NUMBERS[len(held)])
                elif question.startswith("Where was"):
                    self.assertNotEqual(answer, words[-1])
                    self.assertIn(answer, worlds.ROOMS)
                    been = rooms[words[3]]
                    self.assertEqual(answer, been[been.index(words[-1]) - 1])
        self.assertLessEqual(
            {"Where is", "Where was", "What is", "How many", "Who gave"}, asked_about
        )

    def test_days_are_put_in_order(self):
        for sentences, asked in self.made(worlds.days):
            for question, answer in asked:
                name, after = re.fullmatch(r"Where was (\w+) before the (\w+)\?", question).groups()
                own = [s.lower() for s in sentences if name in s]
                own.sort(key=lambda s: next(i for i, t in enumerate(worlds.TIMES) if t in s))
                at = next(i for i, s in enumerate(own) if f" {after}" in s)
                self.assertIn(f" {answer}", own[at - 1])

    def test_kinds_share_fears_and_colours(self):
        for sentences, asked in self.made(worlds.fears):
            for question, answer in asked:
                name = question.split()[2].capitalize()
                kind = next(s for s in sentences if s.startswith(f"{name} is a")).split()[-1][:-1]
                fear = f"{worlds.BEASTS[kind].capitalize()} are afraid of {worlds.BEASTS[answer]}."
                self.assertIn(fear, sentences)
        for sentences, asked in self.made(worlds.colours):
            ((question, answer),) = asked
            name = question.split()[-1][:-1]
            kind = next(s for s in sentences if s.startswith(f"{name} is a")).split()[-1]
            *_, last = (s for s in sentences if s.endswith(f" a {kind}") and name not in s)
            self.assertIn(f"{last.split()[0]} is {answer}.", sentences)

    def test_ways_lead_there(self):
        for sentences, asked in self.made(worlds.ways):
            for question, answer in asked:
                a, c = re.fullmatch(
                    r"How do you go from the (\w+) to the (\w+)\?", question
                ).groups()
                at = {a}
                for letter in answer.split(","):
                    way = next(way for way in worlds.WAYS if way[0] == letter)
                    there = f"The (\\w+) is {way} of the ({'|'.join(at)})\\."
                    back = f"The ({'|'.join(at)}) is {worlds.BACK[way]} of the (\\w+)\\."
                    at = {
                        found[1] if pattern is there else found[2]
                        for pattern in (there, back)
                        for sentence in sentences
                        if (found := re.fullmatch(pattern, sentence))
                    }
                self.assertEqual(at, {c})

    def test_plain_sentences_say_what_is_asked_of_them(self):
        kinds = set()
        for sentences, asked in self.made(scenes.scene, 500):
            passage = " ".join(sentences)
            for question, answer in asked:
                self.assertIn(answer, passage)
                kinds.add((" ".join(question.split()[:2]), answer == ""))
                if match := re.fullmatch(
                    r"(What|Where) (does|did) the (.+?) (\w+)( .+)?\?", question
                ):
                    if not answer:
                        self.assertNotRegex(passage, rf"\b{match[3].split()[0]}\b")
                        continue
                    told = [s for s in sentences if s.endswith(f" {answer}.")]
                    self.assertEqual(len(told), 1, (question, answer))
                    self.assertIn(match[3].split()[0], told[0][: -len(answer) - 1])
                elif match := re.fullmatch(
                    r"(What is|What color is) the (.+?)( like)?\?", question
                ):
                    self.assertRegex(passage, rf"\b{answer} ([\w ]* )?{match[2]}\b")
                else:
                    self.assertIn(f"{answer} {question.rstrip('?').split()[1]}", passage)
        for first in ("What does", "What did", "Where does", "Where did", "What is", "What color"):
            self.assertIn((first, False), kinds)
        self.assertTrue({("What does", True), ("Where does", True)} <= kinds)

    def test_a_statement_is_neither_good_nor_bad_news(self):
        loaded = r"\b(happy|sad|horrible|lovely|terrible|cries|loves|hates|kills)\b"
        for seed in range(300):
            self.assertNotRegex(scenes.statement(random.Random(seed)), loaded)

    def test_an_answer_that_the_passage_lacks_is_said_to_be_none(self):
        asked = [("c", ""), ("d", "")]
        ids, divider = layout.asked_row(Letters, "ab", asked)
        none = [TOKEN["<none>"], EOS]
        self.assertEqual(ids[divider + 1 : divider + 3], none)
        self.assertEqual(ids[-2:], none)

    def test_a_world_is_asked_at_least_once_and_not_too_often(self):
        rng = random.Random(2)
        for _ in range(500):
            _, asked = worlds.world(rng)
            self.assertTrue(1 <= len(asked) <= worlds.MOST_ASKED)


class Babi(unittest.TestCase):
    ITEM = babi.Item(1, "Mary went to the kitchen. John got the milk.", "Where is Mary?", "kitchen")

    def test_exchanging_keeps_the_answer_in_the_passage(self):
        for seed in range(20):
            item = babi.exchanged(self.ITEM, random.Random(seed))
            name = item.question.split()[-1].rstrip("?")
            self.assertTrue(item.passage.startswith(f"{name} went to the {item.answer}."))

    def test_recent_keeps_whole_sentences_from_the_end(self):
        passage = "One two. Three four. Five six."
        self.assertEqual(babi.recent(passage, len, 25), "Three four. Five six.")
        self.assertEqual(babi.recent(passage, len, 1), "Five six.")
        self.assertEqual(babi.recent(passage, len, 100), passage)


class Scores(unittest.TestCase):
    def test_overlap(self):
        self.assertEqual(scores.overlap_f1("The Royal Navy", "royal navy."), 1.0)
        self.assertEqual(scores.overlap_f1("", ""), 1.0)
        self.assertEqual(scores.overlap_f1("navy", ""), 0.0)
        self.assertAlmostEqual(scores.overlap_f1("royal army", "royal navy"), 0.5)

    def test_labels(self):
        self.assertEqual(scores.accuracy(list("aab"), list("abb")), 2 / 3)
        self.assertAlmostEqual(scores.macro_f1(list("aab"), list("abb")), 2 / 3)
        mean, by_task = scores.mean_by_task([1, 1, 2], ["x", "y", "z"], ["x", "x", "z"])
        self.assertEqual((mean, by_task), (0.75, {1: 0.5, 2: 1.0}))


class Sentiment(unittest.TestCase):
    REVIEWS = [("positive", "a lovely film"), ("negative", "a dull film")] * 3

    def test_words_point_to_where_they_are_said(self):
        polarity = Polarity(self.REVIEWS)
        self.assertGreater(polarity.score("Lovely!"), 0)
        self.assertLess(polarity.score("how dull"), 0)
        self.assertEqual(polarity.score("a film"), 0)

    def test_pieces_are_words_of_the_text_that_point_somewhere(self):
        polarity, text, rng = Polarity(self.REVIEWS), "what a lovely film it is", random.Random(1)
        pieces = [piece for _ in range(50) for piece in polarity.pieces(text, rng)]
        self.assertTrue(pieces)
        for label, words in pieces:
            self.assertEqual(label, "positive")
            self.assertIn(words, text)
            self.assertIn("lovely", words)


class Stories(unittest.TestCase):
    def test_broken_quotation_marks_are_mended(self):
        self.assertEqual(stories.unbroken("Â€œI don’t!Â€ â€˜aâ€™ ñ"), "\"I don’t!\" 'a' ñ")


class Data(unittest.TestCase):
    def test_splitting_is_stable_and_near_its_share(self):
        share = sum(is_dev(str(i), 0.1, "x") for i in range(5000)) / 5000
        self.assertAlmostEqual(share, 0.1, delta=0.02)
        self.assertEqual(is_dev("a", 0.5, "x"), is_dev("a", 0.5, "x"))

    def test_an_unanswered_passage_does_not_hold_the_answer(self):
        self.assertFalse(squad.is_unanswered("It was the Royal Navy.", "royal navy"))
        self.assertTrue(squad.is_unanswered("It was an army.", "royal navy"))

    def test_rows_fit_and_every_example_comes_as_often_as_any_other(self):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            data.write(work, "story", "train", [["x" * 90], ["y" * 20]])
            data.write(work, "babi", "train", [Babi.ITEM])
            rows = TaskRows(Letters, work, {"story": 2, "babi": 3, "squad": 0}, 64)
            made = rows.epoch(random.Random(1))
        self.assertTrue(all(len(ids) <= 65 for ids, _ in made))
        self.assertEqual(sum(ids[1] == TOKEN["<passage>"] for ids, _ in made), 3)
        told = [ids for ids, _ in made if ids[1] == TOKEN["<story>"]]
        self.assertEqual(sum(ids.count(100 + ord("x")) for ids in told), 90)
        self.assertEqual(sum(EOS in ids for ids in told), 2)

    def test_tasks_without_data_are_refused(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(SystemExit):
            TaskRows(Letters, Path(folder), {"squad": 5}, 64)


if __name__ == "__main__":
    unittest.main()
