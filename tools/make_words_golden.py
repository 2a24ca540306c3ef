#!/usr/bin/env python3
"""Makes tests/data/words/golden.tsv: how Hugging Face's `tokenizers` cuts texts into words.

    pip install tokenizers
    python3 tools/make_words_golden.py

A line is the name of a pre-tokenizer, a text's UTF-8 bytes in hex, and where each of its words ends, in bytes. The
regular expressions are those of the tokenizer.json files of GPT-2, SmolLM, Llama 3 and Qwen 2.
"""

import random
from pathlib import Path

from tokenizers import Regex
from tokenizers.pre_tokenizers import ByteLevel, Digits, PreTokenizer, Sequence, Split

TARGET = Path(__file__).parent.parent / "tests" / "data" / "words" / "golden.tsv"

GPT2 = ByteLevel(add_prefix_space=False, use_regex=True)
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
PRE_TOKENIZERS: dict[str, PreTokenizer] = {
    "gpt-2": GPT2,
    "smollm": Sequence([Digits(individual_digits=True), GPT2]),
    "llama-bpe": Split(Regex(LLAMA3), "isolated"),
    "qwen2": Split(Regex(LLAMA3.replace("{1,3}", "")), "isolated"),
}

TEXTS = [
    "Hello world", "  two  spaces  ", "I'm sure they'll say it's what we'd've done, don't you?", "I'M SURE THEY'LL SAY IT'S",
    "'s 't 're 've 'm 'll 'd 'S 'Re 'lL", "x='s'", "a''s", "l'été d'où qu'il", "rock 'n' roll", "1 22 333 4444 55555 666666",
    "3.14159 1,000,000 0x7f 1e-5 2024-11-24", "x1y22z333", "½ ¼ ² ³ ① ⅷ ٣٤٥ १२३ 𝟘𝟙𝟚𝟛 一二三", "The cat.\n\nThe dog.\r\n\r\nEnd\n",
    "line\n  indented\n\tand a tab\n\n\n  more", "trailing   \n   spaces   ", " \n \n ", "\n", "\r\n", "\t\t x", "\u00a0x\u00a0\u00a0y\u3000z",
    "a\u0085b\u2028c\u2029d", "a\u200bb\ufeffc\u00add", "if (a != b) {\n\treturn x[i]->y;  // no\n}", "foo_bar.baz(qux)", "https://example.org/a?b=1&c=2#d",
    "!!! ???\n\n...", "«guillemets» “curly” — dash… end", "😀 🦙🦙 👩‍👩‍👧‍👦 🇪🇸 ❤️ 1️⃣", "naïve café e\u0301 n\u0303o A\u030a", "日本語のテキスト、12個。", "한국어 텍스트 123",
    "Ελληνικά κείμενο", "нещо на Български", "مرحبا بالعالم ٢٠٢٤", "हिन्दी में पाठ", "ไทย ภาษา", "\x00\x01\x1f\x7f", "<|im_start|>user\n<|im_end|>", "$100 €50 £3 50%",
    "a" * 50, " " * 20, "\n" * 7 + " x", "'" * 6, "1" * 11,
]

PARTS = ["a", "Word", " the", "'s", "'LL", "'", " ", "  ", "\n", "\r\n", "\t", "\u00a0", "1", "42", "½", ".", "?!", "é", "日本", "😀", "\u0301", "_", "\u2003"]


def random_texts(rng: random.Random) -> list[str]:
    return ["".join(rng.choice(PARTS) for _ in range(rng.randrange(2, 16))) for _ in range(80)]


def word_ends(pre: PreTokenizer, text: str) -> list[int]:
    pieces = pre.pre_tokenize_str(text)
    assert not pieces or pieces[-1][1][1] == len(text)
    return [len(text[:end].encode()) for _, (_, end) in pieces]


def main() -> None:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with open(TARGET, "w") as golden:
        for text in TEXTS + random_texts(random.Random(1)):
            for name, pre in PRE_TOKENIZERS.items():
                golden.write(" ".join([name, text.encode().hex(), *map(str, word_ends(pre, text))]) + "\n")


if __name__ == "__main__":
    main()
