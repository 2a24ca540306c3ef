"""Begin a run from the weights of another one, whose vocabulary may differ."""

from pathlib import Path

import sentencepiece
import torch
from torch import Tensor

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


def begin_from(model: Translator, new, checkpoint: Path, vocabulary: Path) -> None:
    """Loads `checkpoint`, trained with the tokenizer in file `vocabulary`, into `model`, which `new` serves."""
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")["model"]
    old = sentencepiece.SentencePieceProcessor(model_file=str(vocabulary))
    state["embedding"] = carried_over(state["embedding"], old, new)
    model.load_state_dict(state)
