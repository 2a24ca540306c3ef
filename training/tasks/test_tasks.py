"""Checks of the tasks' parts: cd training && python -m unittest"""

import random
import tempfile
import unittest
from pathlib import Path

from config import BOS, EOS, TOKEN
from tasks import babi, data, layout, scores, squad, stories
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
