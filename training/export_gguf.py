"""Write a checkpoint as a GGUF file of architecture `llama`: python export_gguf.py --type q8_0."""

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
import sentencepiece
import torch

from config import DEFAULT_WORK, EN, ES, MAX_SOURCE_TOKENS, SHIPPED, ModelConfig
from model import Translator
from tasks.layout import PROMPTS, TAUGHT_BY
from tasks.sentiment import LABELS

TYPES = {
    "f32": (gguf.GGMLQuantizationType.F32, gguf.LlamaFileType.ALL_F32),
    "f16": (gguf.GGMLQuantizationType.F16, gguf.LlamaFileType.MOSTLY_F16),
    "q8_0": (gguf.GGMLQuantizationType.Q8_0, gguf.LlamaFileType.MOSTLY_Q8_0),
}
# GGUF's name: ours within a block.
BLOCK_TENSORS = {
    "attn_norm": "attention_norm",
    "attn_q": "attention.q",
    "attn_k": "attention.k",
    "attn_v": "attention.v",
    "attn_output": "attention.o",
    "ffn_norm": "feed_forward_norm",
    "ffn_gate": "feed_forward.gate",
    "ffn_up": "feed_forward.up",
    "ffn_down": "feed_forward.down",
}


def tensor_names(layers: int) -> dict[str, str]:
    """GGUF's name -> ours, for every tensor of the model."""
    names = {"token_embd.weight": "embedding", "output_norm.weight": "norm"}
    for i in range(layers):
        for theirs, ours in BLOCK_TENSORS.items():
            names[f"blk.{i}.{theirs}.weight"] = f"blocks.{i}.{ours}"
    return names


def add_general(writer: gguf.GGUFWriter, file_type) -> None:
    writer.add_name("onehead-tiny translate en-es")
    writer.add_author("onehead")
    writer.add_license("Apache-2.0")
    writer.add_description(
        "English to Spanish translation of short everyday sentences; decoder-only, "
        "multi-query attention. Trained on Tatoeba sentences (tatoeba.org contributors, by way "
        "of manythings.org/anki, CC BY 2.0 FR) and on sentences of onehead's own grammar."
    )
    writer.add_languages(["en", "es"])
    writer.add_file_type(file_type)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def add_shapes(writer: gguf.GGUFWriter, config: ModelConfig) -> None:
    writer.add_vocab_size(config.vocabulary)
    writer.add_context_length(config.context)
    writer.add_embedding_length(config.width)
    writer.add_block_count(config.layers)
    writer.add_feed_forward_length(config.hidden)
    writer.add_head_count(config.heads)
    writer.add_head_count_kv(config.kv_heads)
    writer.add_key_length(config.head_size)
    writer.add_value_length(config.head_size)
    writer.add_rope_dimension_count(config.head_size)
    writer.add_rope_freq_base(config.rope_base)
    writer.add_layer_norm_rms_eps(config.eps)


def add_tokenizer(writer: gguf.GGUFWriter, sp) -> None:
    pieces, scores, kinds = [], [], []
    for i in range(sp.vocab_size()):
        pieces.append(sp.id_to_piece(i).encode("utf-8"))
        scores.append(sp.get_score(i))
        kind = gguf.TokenType.NORMAL
        if sp.is_unknown(i):
            kind = gguf.TokenType.UNKNOWN
        elif sp.is_control(i):
            kind = gguf.TokenType.CONTROL
        elif sp.is_byte(i):
            kind = gguf.TokenType.BYTE
        elif sp.is_unused(i):
            kind = gguf.TokenType.UNUSED
        kinds.append(kind)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(pieces)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(sp.bos_id())
    writer.add_eos_token_id(sp.eos_id())
    writer.add_unk_token_id(sp.unk_id())
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)
    assert (sp.piece_to_id("<en>"), sp.piece_to_id("<es>")) == (EN, ES)


def add_tasks(writer: gguf.GGUFWriter, alignment: dict, trained: list[str]) -> None:
    """What onehead reads: how each task's prompt is laid out, and which layer shows the alignment."""
    tasks = ["translate", *(t for t, by in TAUGHT_BY.items() if set(by) & set(trained))]
    writer.add_array("onehead.tasks", tasks)
    for task in tasks:
        writer.add_string(f"onehead.task.{task}.prompt", PROMPTS[task])
    if "classify" in tasks:
        writer.add_array("onehead.task.classify.labels", list(LABELS))
        writer.add_array("onehead.task.classify.label_tokens", [f"<{label}>" for label in LABELS])
    if "answer" in tasks:
        writer.add_string("onehead.task.answer.none_token", "<none>")
    key = "onehead.task.translate."
    writer.add_string(key + "source_language", "en")
    writer.add_string(key + "target_language", "es")
    writer.add_uint32(key + "max_source_tokens", MAX_SOURCE_TOKENS)
    if alignment:
        writer.add_uint32(key + "alignment_layer", alignment["layer"])
        writer.add_array(key + "alignment_scores", [float(s) for s in alignment["scores"]])


def add_weights(writer: gguf.GGUFWriter, model: Translator, kind) -> None:
    weights = dict(model.named_parameters())
    for theirs, ours in tensor_names(model.config.layers).items():
        data = weights[ours].detach().numpy().astype(np.float32)
        if data.ndim == 1 or kind == gguf.GGMLQuantizationType.F32:
            writer.add_tensor(theirs, data)
        else:
            # A row of Q8_0 is whole blocks; where it cannot be, as for one head of 48, F16 does.
            whole = data.shape[-1] % gguf.GGML_QUANT_SIZES[kind][0] == 0
            chosen = kind if whole else gguf.GGMLQuantizationType.F16
            packed = gguf.quants.quantize(data, chosen)
            writer.add_tensor(theirs, packed, raw_dtype=chosen)


def load_checkpoint(path: Path) -> Translator:
    state = torch.load(path, weights_only=True)
    model = Translator(ModelConfig(**state["config"]))
    model.load_state_dict(state["model"])
    return model.eval()


def trained_tasks(path: Path) -> list[str]:
    """The data beside translation that a checkpoint was trained on."""
    return torch.load(path, weights_only=True).get("tasks", [])


def export(
    model: Translator, sp, path: Path, type_name: str, alignment: dict, trained: list[str]
) -> None:
    kind, file_type = TYPES[type_name]
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, "llama")
    add_general(writer, file_type)
    add_shapes(writer, model.config)
    add_tokenizer(writer, sp)
    add_tasks(writer, alignment, trained)
    add_weights(writer, model, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parse = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parse.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parse.add_argument("--checkpoint", type=Path, help="default: the run's latest")
    parse.add_argument("--run", default="main")
    parse.add_argument("--type", choices=TYPES, default="q8_0")
    parse.add_argument("--out", type=Path, default=SHIPPED)
    chosen = parse.parse_args()
    checkpoint = chosen.checkpoint or chosen.work / chosen.run / "latest.pt"
    measured = checkpoint.parent / "alignment.json"
    alignment = json.loads(measured.read_text()) if measured.exists() else {}
    sp = sentencepiece.SentencePieceProcessor(model_file=str(chosen.work / "sp.model"))
    model, trained = load_checkpoint(checkpoint), trained_tasks(checkpoint)
    export(model, sp, chosen.out, chosen.type, alignment, trained)
    print(f"{chosen.out}: {chosen.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
