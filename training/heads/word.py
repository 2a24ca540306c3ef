"""How one word of a sentence is read: by whom, in each head, and what it reads itself."""

import torch

from heads.maps import Text, attention, between_heads, mean_of_pairs, translated, words_of


def by_words(weights: torch.Tensor, words) -> torch.Tensor:
    """[L, H, T, T] -> [L, H, words, words]: the mean row of a word, the sum over a word's pieces."""
    rows = torch.stack([weights[:, :, at].mean(2) for _, at in words], 2)
    return torch.stack([rows[..., at].sum(-1) for _, at in words], -1)


def readings(model, sp, sentence: str, word: str, text: Text | None = None) -> dict:
    """Shares of their attention that the later words give to `word`, layer by layer and head by head."""
    text = text or translated(model, sp, sentence)
    words = words_of(sp, text)
    names = [name for name, _ in words]
    at = names.index(word)
    weights = by_words(attention(model, text.ids), words)
    later = list(range(at + 1, len(words)))
    # Who reads it, as a distribution over the readers: heads differ where these do.
    shares = weights[:, :, later, at]
    readers = shares / shares.sum(-1, keepdim=True).clamp_min(1e-30)
    apart = between_heads(readers[:, :, None])[..., 0]
    return {
        "sentence": sentence,
        "word": word,
        "translation": sp.decode([i for i in text.ids[text.divider + 1 :]]),
        "words": names,
        "readers": [names[i] for i in later],
        "read_by": shares.tolist(),
        "most_by": [[names[later[int(i)]] for i in layer] for layer in shares.argmax(-1)],
        "reads": weights[:, :, at, : at + 1].tolist(),
        "between_heads": mean_of_pairs(apart).tolist(),
    }
