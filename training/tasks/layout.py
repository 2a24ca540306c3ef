"""Token rows of the tasks: a prompt that ends in a control token, then what the model shall say.

    translate   <s><en> English <es>                      -> Spanish </s>
    classify    <s><sentiment> text <answer>              -> <positive> | <negative> | <neutral> </s>
    answer      <s><passage> text <question> text <answer> -> words of the passage, or <none>, </s>
    complete    <s><story>                                -> text </s>

A row is (ids, divider): the loss is taken on what follows position `divider`. A passage may be asked more than
once: after the first answer's </s> come <question> text <answer> words </s>, with the loss on the answers.
The model file carries PROMPTS, so that who runs it lays prompts out alike.
"""

import re

from config import BOS, EOS, TOKEN

PROMPTS = {
    "translate": "<en>{text}<es>",
    "classify": "<sentiment>{text}<answer>",
    "answer": "<passage>{passage}<question>{question}<answer>",
    "complete": "<story>{text}",
}
PARTS = {task: re.findall(r"<\w+>|\{\w+\}", prompt) for task, prompt in PROMPTS.items()}
# What trains a task, by the names of its data.
TAUGHT_BY = {"classify": ("sentiment",), "answer": ("squad", "babi"), "complete": ("story",)}

Row = tuple[list[int], int]
Asked = tuple[str, str]  # question, answer: words of the passage, or nothing where it holds none


def fill(sp, task: str, **words: str) -> list[int]:
    """A task's prompt; each text is encoded on its own."""
    ids = [BOS]
    for part in PARTS[task]:
        ids += [TOKEN[part]] if part in TOKEN else sp.encode(words[part[1:-1]])
    return ids


def row(prompt: list[int], said: list[int]) -> Row:
    return [*prompt, *said, EOS], len(prompt) - 1


def translate_prompt(sp, english: str) -> list[int]:
    return fill(sp, "translate", text=english)


def sentiment_prompt(sp, text: str) -> list[int]:
    return fill(sp, "classify", text=text)


def answer_prompt(sp, passage: str, question: str) -> list[int]:
    return fill(sp, "answer", passage=passage, question=question)


def story_prompt() -> list[int]:
    return [BOS, TOKEN["<story>"]]


def translate_row(sp, english: str, spanish: str) -> Row:
    return row(translate_prompt(sp, english), sp.encode(spanish))


def sentiment_row(sp, text: str, label: str) -> Row:
    return row(sentiment_prompt(sp, text), [TOKEN[f"<{label}>"]])


def answer_said(sp, answer: str) -> list[int]:
    return sp.encode(answer) if answer else [TOKEN["<none>"]]


def answer_row(sp, passage: str, question: str, answer: str) -> Row:
    return row(answer_prompt(sp, passage, question), answer_said(sp, answer))


def asked_row(sp, passage: str, asked: list[Asked]) -> Row:
    """One passage with several questions and their answers."""
    (question, answer), *more = asked
    ids, divider = answer_row(sp, passage, question, answer)
    for question, answer in more:
        ids += [
            TOKEN["<question>"],
            *sp.encode(question),
            TOKEN["<answer>"],
            *answer_said(sp, answer),
            EOS,
        ]
    return ids, divider


def predicted(ids: list[int], divider: int) -> list[int]:
    """The positions whose next token the model shall know: not those before a further question's answer."""
    positions, given = [], False
    for position in range(divider, len(ids) - 1):
        given = ids[position] != TOKEN["<answer>"] if given else ids[position] == EOS
        if not given:
            positions.append(position)
    return positions


def story_row(sp, text: str) -> Row:
    return row(story_prompt(), sp.encode(text))
