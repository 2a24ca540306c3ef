"""Corpus scores of translations by sacreBLEU, with as many references as each row has."""

import sacrebleu


def streams(references: list[list[str]]) -> list[list[str | None]]:
    """One list per reference number, None where a row has fewer: as sacreBLEU wants them."""
    most = max(len(row) for row in references)
    return [[row[i] if i < len(row) else None for row in references] for i in range(most)]


def score(translations: list[str], references: list[list[str]]) -> dict:
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    aligned = streams(references)
    return {
        "rows": len(translations),
        "BLEU": round(bleu.corpus_score(translations, aligned).score, 2),
        "chrF": round(chrf.corpus_score(translations, aligned).score, 2),
        "signatures": [str(bleu.get_signature()), str(chrf.get_signature())],
    }
