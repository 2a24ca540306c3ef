"""A GGUF file of ours back into the PyTorch model, weights dequantised, tokenizer included."""

from pathlib import Path

import gguf
import sentencepiece
import torch
from sentencepiece import sentencepiece_model_pb2 as proto

from config import ModelConfig
from export_gguf import tensor_names
from model import Translator


def fields(reader: gguf.GGUFReader) -> dict:
    return {name: field.contents() for name, field in reader.fields.items()}


def config_of(meta: dict) -> ModelConfig:
    return ModelConfig(
        vocabulary=len(meta["tokenizer.ggml.tokens"]),
        width=meta["llama.embedding_length"],
        layers=meta["llama.block_count"],
        heads=meta["llama.attention.head_count"],
        kv_heads=meta["llama.attention.head_count_kv"],
        head_size=meta["llama.attention.key_length"],
        hidden=meta["llama.feed_forward_length"],
        context=meta["llama.context_length"],
        rope_base=meta["llama.rope.freq_base"],
        eps=meta["llama.attention.layer_norm_rms_epsilon"],
        dropout=0.0,
    )


def tokenizer_of(meta: dict) -> sentencepiece.SentencePieceProcessor:
    """SentencePiece, rebuilt from the file's own pieces, scores and types."""
    model = proto.ModelProto()
    for piece, score, kind in zip(
        meta["tokenizer.ggml.tokens"],
        meta["tokenizer.ggml.scores"],
        meta["tokenizer.ggml.token_type"],
    ):
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.model_type = proto.TrainerSpec.BPE
    model.trainer_spec.byte_fallback = True
    model.trainer_spec.unk_id = meta["tokenizer.ggml.unknown_token_id"]
    model.trainer_spec.bos_id = meta["tokenizer.ggml.bos_token_id"]
    model.trainer_spec.eos_id = meta["tokenizer.ggml.eos_token_id"]
    model.trainer_spec.pad_id = -1
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = meta["tokenizer.ggml.add_space_prefix"]
    model.normalizer_spec.remove_extra_whitespaces = False
    model.normalizer_spec.escape_whitespaces = True
    return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())


def load(path: Path) -> tuple[Translator, sentencepiece.SentencePieceProcessor, dict]:
    reader = gguf.GGUFReader(path)
    meta = fields(reader)
    model = Translator(config_of(meta))
    ours = dict(model.named_parameters())
    names = tensor_names(model.config.layers)
    assert {t.name for t in reader.tensors} == set(names), "tensors missing or unknown"
    with torch.no_grad():
        for tensor in reader.tensors:
            data = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
            target = ours[names[tensor.name]]
            target.copy_(torch.from_numpy(data.copy()).reshape(target.shape))
    return model.eval(), tokenizer_of(meta), meta
