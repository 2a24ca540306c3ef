#!/usr/bin/env python3
"""Makes tests/data/sentencepiece: a small vocabulary and the ids that sentencepiece gives with it.

    pip install gguf sentencepiece
    python3 tools/make_sentencepiece_golden.py

vocab.gguf holds the vocabulary as a model file would (BPE, byte fallback, two user-defined symbols);
golden.tsv has a line for each text: its UTF-8 bytes in hex, a tab, its ids without <s>. Training runs on
one thread over sentences made below, so the same versions of both libraries give the same files.
"""

import io
import itertools
import random
from pathlib import Path

import gguf
import sentencepiece

TARGET = Path(__file__).parent.parent / "tests" / "data" / "sentencepiece"
VOCAB_SIZE = 700

ENGLISH = (["the", "a", "my", "her", "that"], ["small", "quick", "old", "lazy", "brown", "happy"],
           ["cat", "dog", "fox", "house", "teacher", "garden", "letter"],
           ["sleeps", "jumps over the wall", "is looking for water", "doesn't know why", "sings at night"])
SPANISH = (["el", "un", "mi", "su", "aquel"], ["gato", "perro", "zorro", "jardín", "niño", "corazón"],
           ["pequeño", "rápido", "viejo", "perezoso", "feliz", "español"],
           ["duerme", "salta por encima del muro", "está buscando agua", "no sabe por qué", "canta mañana"])
CODE = ["for (int i = 0; i < n; ++i) { sum += x[i] * x[i]; }", "return value == null ? 0 : value.length;",
        "const { text, ids } = await model.encode('hello');", "if (a != b && c <= d) return -1.5e-3;"]

TEXTS = [
    "Hello world", " Hello world", "Hello  world", "   three spaces before, three after   ",
    "The cat purrs.", "The quick brown fox jumps over the lazy dog.", "THE QUICK BROWN FOX",
    "El gato ronronea.", "¿Por qué está cantando el niño español mañana por la noche?", "¡Hola, corazón!",
    "pingüino, cigüeña, Ñandú, año, ESPAÑOL", "niño with a combining tilde",
    "for (int i = 0; i < n; ++i) { sum += x[i]; }", "\tif (a != b) {\n\t\treturn -1;\n\t}\n",
    "const x = `${y}`; // comment", "https://example.org/path?q=1&r=2#part", "3.14159 1,000,000 0x7f 1e-5",
    "don't can't won't it's I'll", "\"quoted\" 'single' “curly” «guillemets» — dash… ellipsis",
    "😀 🦙 👩‍👩‍👧‍👦 🇪🇸 ❤️", "日本語のテキスト", "нещо на Български", "مرحبا بالعالم", "Ελληνικά", "한국어",
    "\x00\x01\x02\x1f\x7f", "line one\nline two\r\nline three", "\n", "\n\n\n", " ", "  ", "\t", "\u00a0\u2003\u3000",
    "a", "á", "€", "𝄞", "\U0010ffff", "\ufffd", "\ufeffbyte order mark",
    "<s> </s> <unk> <0x0A> <0xFF>", "<s", "s>", "</", "<0x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "thethethethethe",
    "x" * 300, "el gato " * 40, "ab" * 100 + " " * 50 + "ba" * 100,
]


def corpus() -> list[str]:
    lines = [" ".join(words).capitalize() + "." for side in (ENGLISH, SPANISH) for words in itertools.product(*side)]
    return lines[::7] + CODE * 20 + ["  " + line for line in CODE * 5]


def random_texts(rng: random.Random) -> list[str]:
    """Fragments of everything above, glued with and without spaces."""
    parts = [text for text in TEXTS if len(text) < 60 and "<" not in text]
    return ["".join(rng.choice(parts) + rng.choice(["", "", " ", "\n", "  "]) for _ in range(6)) for _ in range(60)]


def train() -> sentencepiece.SentencePieceProcessor:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()), model_writer=model, model_type="bpe", vocab_size=VOCAB_SIZE,
        byte_fallback=True, character_coverage=1.0, normalization_rule_name="identity",
        remove_extra_whitespaces=False, user_defined_symbols=["<en>", "<es>"], num_threads=1,
        allow_whitespace_only_pieces=True, minloglevel=2)
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def token_type(sp: sentencepiece.SentencePieceProcessor, token: int) -> gguf.TokenType:
    if sp.is_unknown(token):
        return gguf.TokenType.UNKNOWN
    if sp.is_control(token):
        return gguf.TokenType.CONTROL
    if sp.is_byte(token):
        return gguf.TokenType.BYTE
    if sp.id_to_piece(token) in ("<en>", "<es>"):
        return gguf.TokenType.USER_DEFINED
    return gguf.TokenType.NORMAL


def write_vocab(sp: sentencepiece.SentencePieceProcessor, path: Path) -> None:
    tokens = range(sp.get_piece_size())
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_tokenizer_model("llama")
    writer.add_token_list([sp.id_to_piece(token) for token in tokens])
    writer.add_token_scores([sp.get_score(token) for token in tokens])
    writer.add_token_types([int(token_type(sp, token)) for token in tokens])
    writer.add_unk_token_id(sp.unk_id())
    writer.add_bos_token_id(sp.bos_id())
    writer.add_eos_token_id(sp.eos_id())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    sp = train()
    write_vocab(sp, TARGET / "vocab.gguf")
    with open(TARGET / "golden.tsv", "w") as golden:
        for text in TEXTS + random_texts(random.Random(1)):
            ids = sp.encode(text)
            assert sp.decode(ids) == text or "<" in text, text
            golden.write(text.encode().hex() + "\t" + " ".join(map(str, ids)) + "\n")


if __name__ == "__main__":
    main()
