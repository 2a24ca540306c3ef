#!/usr/bin/env python3
"""Converts a llama2.c checkpoint (version 0) and its tokenizer to a GGUF file.

    pip install gguf
    python3 tools/convert_llama2c.py stories260K.bin tok512.bin out.gguf --name stories260K

The checkpoint is a header of seven int32 (dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size,
seq_len; a negative vocab_size says that the output head is not tied) followed by float32 tensors.
llama2.c rotates pairs (2i, 2i + 1) as GGUF's architecture `llama` does, so rows stay where they are.
The same input gives the same bytes.
"""

import argparse
import struct
from pathlib import Path

import gguf
import numpy as np

SPACE_SIGN = "\u2581"
RMS_EPSILON = 1e-5  # fixed in llama2.c
ROPE_BASE = 10000.0


class Checkpoint:
    """Reads tensors one after another from the float32 that follow the header."""

    def __init__(self, path: Path):
        raw = path.read_bytes()
        fields = struct.unpack("7i", raw[:28])
        self.dim, self.hidden_dim, self.n_layers, self.n_heads, self.n_kv_heads = fields[:5]
        self.tied = fields[5] > 0
        self.vocab_size = abs(fields[5])
        self.seq_len = fields[6]
        self.head_dim = self.dim // self.n_heads
        self._values = np.frombuffer(raw, dtype="<f4", offset=28)
        self._at = 0

    def take(self, *shape: int) -> np.ndarray:
        n = int(np.prod(shape))
        tensor = self._values[self._at : self._at + n].reshape(shape)
        self._at += n
        return tensor

    def assert_end(self) -> None:
        assert self._at == len(self._values), f"{len(self._values) - self._at} floats are left over"


def tensors(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    c = checkpoint
    kv_dim = c.n_kv_heads * c.head_dim
    # The checkpoint stores each kind of matrix for all layers at once.
    embedding = c.take(c.vocab_size, c.dim)
    by_layer = {
        "attn_norm": c.take(c.n_layers, c.dim),
        "attn_q": c.take(c.n_layers, c.dim, c.dim),
        "attn_k": c.take(c.n_layers, kv_dim, c.dim),
        "attn_v": c.take(c.n_layers, kv_dim, c.dim),
        "attn_output": c.take(c.n_layers, c.dim, c.dim),
        "ffn_norm": c.take(c.n_layers, c.dim),
        "ffn_gate": c.take(c.n_layers, c.hidden_dim, c.dim),
        "ffn_down": c.take(c.n_layers, c.dim, c.hidden_dim),
        "ffn_up": c.take(c.n_layers, c.hidden_dim, c.dim),
    }
    out = {"token_embd.weight": embedding, "output_norm.weight": c.take(c.dim)}
    c.take(2, c.seq_len, c.head_dim // 2)  # cosines and sines of RoPE: computed, not stored, in GGUF
    if not c.tied:
        out["output.weight"] = c.take(c.vocab_size, c.dim)
    c.assert_end()
    for layer in range(c.n_layers):
        for name, stacked in by_layer.items():
            out[f"blk.{layer}.{name}.weight"] = stacked[layer]
    return out


def read_tokenizer(path: Path, n: int) -> tuple[list[bytes], list[float], list[int]]:
    """Pieces, scores and types. llama2.c writes spaces as spaces and wraps <s> in newlines."""
    raw = path.read_bytes()
    at = 4  # the longest piece's length
    pieces, scores, types = [], [], []
    for token in range(n):
        score, length = struct.unpack_from("<fi", raw, at)
        at += 8
        piece = raw[at : at + length]
        at += length
        kind = gguf.TokenType.NORMAL
        if token == 0:
            kind = gguf.TokenType.UNKNOWN
        elif token in (1, 2):
            kind = gguf.TokenType.CONTROL
            piece = piece.strip(b"\n")
        elif piece.startswith(b"<0x") and piece.endswith(b">") and len(piece) == 6:
            kind = gguf.TokenType.BYTE
        else:
            piece = piece.replace(b" ", SPACE_SIGN.encode())
        pieces.append(piece)
        scores.append(score)
        types.append(int(kind))
    assert at == len(raw), "the tokenizer has another number of tokens than the checkpoint"
    return pieces, scores, types


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", default="llama2.c model")
    args = parser.parse_args()

    c = Checkpoint(args.checkpoint)
    writer = gguf.GGUFWriter(args.out, "llama")
    writer.add_name(args.name)
    writer.add_context_length(c.seq_len)
    writer.add_embedding_length(c.dim)
    writer.add_feed_forward_length(c.hidden_dim)
    writer.add_block_count(c.n_layers)
    writer.add_head_count(c.n_heads)
    writer.add_head_count_kv(c.n_kv_heads)
    writer.add_rope_dimension_count(c.head_dim)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(RMS_EPSILON)
    writer.add_vocab_size(c.vocab_size)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)

    pieces, scores, types = read_tokenizer(args.tokenizer, c.vocab_size)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(pieces)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)

    for name, tensor in tensors(c).items():
        writer.add_tensor(name, np.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
