"""Shapes, special tokens and places: what every script here agrees on."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_DATA = ROOT.parent / "shared" / "data"
DEFAULT_WORK = Path(
    os.environ.get("ONEHEAD_TRAINING", Path.home() / ".cache" / "onehead" / "training")
)
SHIPPED = ROOT / "models" / "onehead-tiny" / "onehead-tiny.q8_0.gguf"

UNK, BOS, EOS = 0, 1, 2
EN, ES = 3, 4
# All tasks' tokens and some to spare, so that the vocabulary need not change when one joins.
CONTROL_TOKENS = (
    ["<en>", "<es>", "<sentiment>", "<positive>", "<negative>", "<neutral>"]
    + ["<question>", "<passage>", "<answer>", "<story>", "<none>"]
    + [f"<reserved{i}>" for i in range(7)]
)
TOKEN = {name: EN + i for i, name in enumerate(CONTROL_TOKENS)}
RESERVED_END = EN + len(CONTROL_TOKENS)  # the first id that is text
VOCABULARY = 4096
MAX_SOURCE_TOKENS = 60
MAX_TARGET_TOKENS = 80


@dataclass
class ModelConfig:
    """`heads` query heads share `kv_heads` key/value heads (1 is multi-query)."""

    vocabulary: int = VOCABULARY
    width: int = 256
    layers: int = 6
    heads: int = 8
    kv_heads: int = 1
    head_size: int = 32
    hidden: int = 704
    context: int = 256
    rope_base: float = 10000.0
    eps: float = 1e-5
    dropout: float = 0.1

    def __post_init__(self):
        assert self.heads % self.kv_heads == 0, "kv_heads must divide heads"
        assert self.head_size % 2 == 0, "RoPE turns pairs"

    def as_dict(self) -> dict:
        return asdict(self)
