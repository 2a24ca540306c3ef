"""Begin a run from the weights of another one, whose vocabulary may differ."""

from pathlib import Path

import sentencepiece
import torch
from torch import Tensor

import load_gguf
from model import Translator


def carried_over(embedding: Tensor, old, new) -> Tensor:
    """Rows for the pieces of tokenizer `new` from the `embedding` [old pieces, C] of tokenizer `old`.

    A piece that both know keeps its row. Another one begins as the mean of the rows of what `old`
    cuts its text into.
    """
    unknown = old.unk_id()
    # A letter's text is encoded behind another one, which is then dropped: no space is added there.
    before = old.encode("a")
    rows = []
    for i in range(new.vocab_size()):
        piece = new.id_to_piece(i)
        known = old.piece_to_id(piece)
        if known != unknown or i == unknown:
            rows.append(embedding[known])
            continue
        text = piece.replace("▁", " ")
        ids = old.encode(text[1:]) if text[:1] == " " else old.encode("a" + text)
        if text[:1] != " " and ids[: len(before)] == before:
            ids = ids[len(before) :]
        rows.append(embedding[ids].mean(dim=0))
    return torch.stack(rows)


def weights_of(source: Path):
    """State of a checkpoint, or of a GGUF file with the tokenizer that it brings (else None)."""
    if source.suffix == ".gguf":
        trained, tokenizer, _ = load_gguf.load(source)
        return trained.state_dict(), tokenizer
    return torch.load(source, weights_only=True, map_location="cpu")["model"], None


def begin_from(model: Translator, new, source: Path, vocabulary: Path) -> None:
    """Loads the weights in `source` into `model`, which the tokenizer `new` serves.

    A GGUF file brings its own tokenizer; a checkpoint was trained with the one in file `vocabulary`.
    Blocks that the source lacks stay as they are: at first they add nothing (Translator.initialise).
    """
    state, old = weights_of(source)
    if old is None:
        old = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary))
    state["embedding"] = carried_over(state["embedding"], old, new)
    own = {name: w for name, w in model.state_dict().items() if name.startswith("blocks.")}
    model.load_state_dict({**own, **state})
