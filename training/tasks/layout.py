"""Token rows of the tasks: a prompt that ends in a control token, then what the model shall say.

    translate   <s><en> English <es>                      -> Spanish </s>
    sentiment   <s><sentiment> text <answer>              -> <positive> | <negative> | <neutral> </s>
    answer      <s><passage> text <question> text <answer> -> words of the passage, or <none>, </s>
    story       <s><story>                                -> text </s>

A row is (ids, divider): the loss is taken on what follows position `divider`.
"""

from config import BOS, EN, EOS, ES, TOKEN

Row = tuple[list[int], int]


def row(prompt: list[int], said: list[int]) -> Row:
    return [*prompt, *said, EOS], len(prompt) - 1


def translate_prompt(sp, english: str) -> list[int]:
    return [BOS, EN, *sp.encode(english), ES]


def sentiment_prompt(sp, text: str) -> list[int]:
    return [BOS, TOKEN["<sentiment>"], *sp.encode(text), TOKEN["<answer>"]]


def answer_prompt(sp, passage: str, question: str) -> list[int]:
    return [
        BOS,
        TOKEN["<passage>"],
        *sp.encode(passage),
        TOKEN["<question>"],
        *sp.encode(question),
        TOKEN["<answer>"],
    ]


def story_prompt() -> list[int]:
    return [BOS, TOKEN["<story>"]]


def translate_row(sp, english: str, spanish: str) -> Row:
    return row(translate_prompt(sp, english), sp.encode(spanish))


def sentiment_row(sp, text: str, label: str) -> Row:
    return row(sentiment_prompt(sp, text), [TOKEN[f"<{label}>"]])


def answer_row(sp, passage: str, question: str, answer: str) -> Row:
    """An empty answer means that the passage holds none."""
    said = sp.encode(answer) if answer else [TOKEN["<none>"]]
    return row(answer_prompt(sp, passage, question), said)


def story_row(sp, text: str) -> Row:
    return row(story_prompt(), sp.encode(text))
