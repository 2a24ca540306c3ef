"""Which sentences have a near neighbour in the training data: one that differs in a word."""

from corpus import normal


def neighbourhood(sentence: str) -> set[str]:
    """The sentence, and the sentence with each word in turn left open or left out."""
    words = normal(sentence).split()
    keys = {" ".join(words)}
    for i in range(len(words)):
        keys.add(" ".join([*words[:i], "*", *words[i + 1 :]]))
        keys.add(" ".join([*words[:i], *words[i + 1 :]]))
    return keys


def without_neighbour(sentences: list[str], training: list[str]) -> list[int]:
    """Indices of the sentences from which no training sentence is one word away or nearer."""
    near = {key for sentence in set(training) for key in neighbourhood(sentence)}
    return [i for i, s in enumerate(sentences) if not (neighbourhood(s) & near)]
