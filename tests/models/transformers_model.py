"""A `transformers` model in f32 with the weights of a GGUF file, as the `gguf` library dequantises them.

The converter that wrote such files changed two things on the way, which are undone here: Gemma's norms were stored
with 1 added to their weights, and a llama's rows of Q and K were put in the order that interleaved rotation wants.
"""

import gguf
import numpy as np
import torch
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, LlamaForCausalLM

# GGUF's names for the parts of a layer, and transformers'.
LINEAR = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
LLAMA_NORMS = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
GEMMA3_NORMS = {
    "attn_norm": "input_layernorm",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
}
SLIDING_BASE = 10000.0  # of Gemma 3's sliding layers; older files do not say it


class GgufModel:
    def __init__(self, path: str):
        self.reader = gguf.GGUFReader(path)
        self.architecture = self.reader.fields["general.architecture"].contents()
        self.tensors = {tensor.name: tensor for tensor in self.reader.tensors}

    def number(self, name: str, default=None):
        field = self.reader.fields.get(f"{self.architecture}.{name}")
        return default if field is None else field.contents()

    def tensor(self, name: str) -> torch.Tensor:
        source = self.tensors[name]
        values = gguf.quants.dequantize(source.data, source.tensor_type)
        return torch.from_numpy(np.array(values, np.float32).reshape(list(reversed(source.shape))))


def common_config(file: GgufModel) -> dict:
    return {
        "vocab_size": int(file.tensors["token_embd.weight"].shape[1]),
        "hidden_size": file.number("embedding_length"),
        "intermediate_size": file.number("feed_forward_length"),
        "num_hidden_layers": file.number("block_count"),
        "num_attention_heads": file.number("attention.head_count"),
        "num_key_value_heads": file.number("attention.head_count_kv"),
        "max_position_embeddings": file.number("context_length"),
        "rms_norm_eps": file.number("attention.layer_norm_rms_epsilon"),
        "tie_word_embeddings": "output.weight" not in file.tensors,
        "attn_implementation": "eager",
    }


def llama(file: GgufModel) -> torch.nn.Module:
    common = common_config(file)
    head_dim = file.number(
        "attention.key_length", common["hidden_size"] // common["num_attention_heads"]
    )
    rope = {"rope_type": "default", "rope_theta": file.number("rope.freq_base", 10000.0)}
    return LlamaForCausalLM(LlamaConfig(**common, head_dim=head_dim, rope_parameters=rope))


def gemma3(file: GgufModel) -> torch.nn.Module:
    common = common_config(file)
    head_dim = file.number("attention.key_length")
    rope = {
        "full_attention": {"rope_type": "default", "rope_theta": file.number("rope.freq_base")},
        "sliding_attention": {
            "rope_type": "default",
            "rope_theta": file.number("rope.freq_base_swa", SLIDING_BASE),
        },
    }
    kinds = [
        "full_attention" if layer % 6 == 5 else "sliding_attention"
        for layer in range(common["num_hidden_layers"])
    ]
    return Gemma3ForCausalLM(
        Gemma3TextConfig(
            **common,
            head_dim=head_dim,
            query_pre_attn_scalar=head_dim,
            hidden_activation="gelu_pytorch_tanh",
            sliding_window=file.number("attention.sliding_window"),
            layer_types=kinds,
            rope_parameters=rope,
        )
    )


def halves_order(weight: torch.Tensor, n_heads: int) -> torch.Tensor:
    """Rows of a head from (pair, half), as the file has them, to (half, pair)."""
    rows, columns = weight.shape
    return (
        weight.view(n_heads, rows // n_heads // 2, 2, columns)
        .transpose(1, 2)
        .reshape(rows, columns)
    )


def state_of(file: GgufModel) -> dict[str, torch.Tensor]:
    is_gemma = file.architecture == "gemma3"
    norms = GEMMA3_NORMS if is_gemma else LLAMA_NORMS
    added = 1.0 if is_gemma else 0.0
    heads = {
        "attn_q": file.number("attention.head_count"),
        "attn_k": file.number("attention.head_count_kv"),
    }
    state = {
        "model.embed_tokens.weight": file.tensor("token_embd.weight"),
        "model.norm.weight": file.tensor("output_norm.weight") - added,
    }
    state["lm_head.weight"] = (
        file.tensor("output.weight")
        if "output.weight" in file.tensors
        else state["model.embed_tokens.weight"]
    )
    for layer in range(file.number("block_count")):
        source, target = f"blk.{layer}.", f"model.layers.{layer}."
        for part, name in LINEAR.items():
            weight = file.tensor(f"{source}{part}.weight")
            if not is_gemma and part in heads:
                weight = halves_order(weight, heads[part])
            state[f"{target}{name}.weight"] = weight
        for part, name in norms.items():
            state[f"{target}{name}.weight"] = file.tensor(f"{source}{part}.weight") - added
    return state


def build(path: str) -> torch.nn.Module:
    file = GgufModel(path)
    model = {"llama": llama, "gemma3": gemma3}[file.architecture](file)
    state = state_of(file)
    n_read = len(state) - ("output.weight" not in file.tensors)
    assert n_read == len(file.tensors), "the file has tensors that are not used"
    model.load_state_dict(state, strict=True, assign=True)
    return model.float().eval()
