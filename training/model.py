"""Decoder-only transformer of architecture `llama`: RMSNorm, RoPE, SwiGLU, shared K/V heads.

Letters in shapes: B sequences, T positions, C width, H query heads, G key/value heads, D head size.
Query head h reads key/value head h // (H / G). RoPE turns the pairs (2i, 2i + 1), so the weights
go into a GGUF file of architecture `llama` as they are.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from config import ModelConfig


def rope_tables(config: ModelConfig, length: int, device=None) -> tuple[Tensor, Tensor]:
    """cos and sin of position * base^(-2i / D), each [T, D / 2]."""
    pairs = torch.arange(0, config.head_size, 2, dtype=torch.float32, device=device)
    angles = torch.outer(
        torch.arange(length, dtype=torch.float32, device=device),
        config.rope_base ** (-pairs / config.head_size),
    )
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn neighbouring pairs of x [B, T, heads, D] by the angles of their positions."""
    even, odd = x[..., 0::2], x[..., 1::2]
    cos, sin = cos[:, None, :], sin[:, None, :]
    turned = torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1)
    return turned.flatten(-2).to(x.dtype)


def dropout(x: Tensor, share: float, training: bool) -> Tensor:
    """Zero a share of x, in steps of 1 / 256: one random byte a number, made eight at a time."""
    if not training or share == 0:
        return x
    words = torch.empty((x.numel() + 7) // 8, dtype=torch.int64, device=x.device).random_(
        -(2**63), None
    )
    cut = round(share * 256)
    kept = words.view(torch.uint8)[: x.numel()].view(x.shape) >= cut
    return x * (kept.to(x.dtype) * (256 / (256 - cut)))


class Attention(nn.Module):
    def __init__(self, config: ModelConfig):
        super().__init__()
        c = self.config = config
        self.q = nn.Parameter(torch.empty(c.heads * c.head_size, c.width))
        self.k = nn.Parameter(torch.empty(c.kv_heads * c.head_size, c.width))
        self.v = nn.Parameter(torch.empty(c.kv_heads * c.head_size, c.width))
        self.o = nn.Parameter(torch.empty(c.width, c.heads * c.head_size))
        self.weights: Tensor | None = None

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, keep: bool, past=None, at=None):
        """x [B, T, C] -> [B, T, C] and the (K, V) seen so far, each [B, G, S, D].

        With flat positions `at` [N], only their outputs, [N, C].

        All H / G query heads of one K/V head are rows of one matrix product:
        [B * G, T * H / G, D] x [B * G, D, S].
        """
        c = self.config
        batch, length, _ = x.shape
        share = c.heads // c.kv_heads
        qkv = F.linear(x, torch.cat((self.q, self.k, self.v)))
        turned, value = qkv.view(batch, length, -1, c.head_size).split(
            (c.heads + c.kv_heads, c.kv_heads), dim=2
        )
        query, key = rotate(turned, cos, sin).split((c.heads, c.kv_heads), dim=2)
        key, value = key.transpose(1, 2), value.transpose(1, 2)
        if past is not None:
            key = torch.cat((past[0], key), dim=2)
            value = torch.cat((past[1], value), dim=2)
        seen = key.shape[2]
        rows = query.reshape(batch, length, c.kv_heads, share, c.head_size)
        rows = rows.transpose(1, 2).reshape(batch * c.kv_heads, length * share, c.head_size)
        keys = key.reshape(batch * c.kv_heads, seen, c.head_size)
        values = value.reshape(batch * c.kv_heads, seen, c.head_size)
        future = torch.full((length, seen), float("-inf"), dtype=rows.dtype, device=x.device)
        future = future.triu_(seen - length + 1)
        mask = future[:, None, :].expand(length, share, seen).reshape(length * share, seen)
        scores = torch.baddbmm(mask, rows, keys.transpose(1, 2), alpha=c.head_size**-0.5)
        weights = F.softmax(scores, dim=-1, dtype=torch.float32)
        if keep:
            self.weights = (
                weights.view(batch, c.kv_heads, length, share, seen)
                .transpose(2, 3)
                .reshape(batch, c.heads, length, seen)
            )
        mixed = torch.bmm(weights.to(values.dtype), values)
        mixed = mixed.view(batch, c.kv_heads, length, share * c.head_size).transpose(1, 2)
        mixed = mixed.reshape(batch, length, -1)
        if at is not None:
            mixed = mixed.flatten(0, 1)[at]
        return F.linear(mixed, self.o), (key, value)


class FeedForward(nn.Module):
    def __init__(self, config: ModelConfig):
        super().__init__()
        self.gate = nn.Parameter(torch.empty(config.hidden, config.width))
        self.up = nn.Parameter(torch.empty(config.hidden, config.width))
        self.down = nn.Parameter(torch.empty(config.width, config.hidden))

    def forward(self, x: Tensor) -> Tensor:
        gate, up = F.linear(x, torch.cat((self.gate, self.up))).chunk(2, dim=-1)
        return F.linear(F.silu(gate) * up, self.down)


class Block(nn.Module):
    def __init__(self, config: ModelConfig):
        super().__init__()
        self.attention_norm = nn.Parameter(torch.ones(config.width))
        self.attention = Attention(config)
        self.feed_forward_norm = nn.Parameter(torch.ones(config.width))
        self.feed_forward = FeedForward(config)
        self.config = config

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, keep: bool, past=None, at=None):
        c = self.config
        normed = F.rms_norm(x, (c.width,), self.attention_norm, c.eps)
        mixed, cache = self.attention(normed, cos, sin, keep, past, at)
        if at is not None:
            x = x.flatten(0, 1)[at]
        x = x + dropout(mixed, c.dropout, self.training)
        normed = F.rms_norm(x, (c.width,), self.feed_forward_norm, c.eps)
        return x + dropout(self.feed_forward(normed), c.dropout, self.training), cache


class Translator(nn.Module):
    """Token ids in, hidden states or logits out; the embedding is also the output head."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.empty(config.vocabulary, config.width))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.Parameter(torch.ones(config.width))
        self.initialise()

    def initialise(self):
        """Normal weights of variance 1 / fan-in; what writes into the residual stream starts at 0."""
        for name, weight in self.named_parameters():
            if name.endswith((".o", ".down")):
                nn.init.zeros_(weight)
            elif name == "embedding":
                nn.init.normal_(weight, std=0.04)
            elif weight.dim() == 2:
                nn.init.normal_(weight, std=weight.shape[1] ** -0.5)

    def forward(self, ids: Tensor, keep: bool = False, past=None, at=None):
        """ids [B, T] -> normed hidden states [B, T, C] and one (K, V) per layer.

        With flat positions `at` [N], the states of these alone, [N, C]: the last block, whose
        other outputs nobody reads, then works on N rows.
        """
        start = 0 if past is None else past[0][0].shape[2]
        cos, sin = rope_tables(self.config, start + ids.shape[1], ids.device)
        cos, sin = cos[start:], sin[start:]
        x = dropout(F.embedding(ids, self.embedding), self.config.dropout, self.training)
        caches = []
        for i, block in enumerate(self.blocks):
            last = i == self.config.layers - 1
            seen = None if past is None else past[i]
            x, cache = block(x, cos, sin, keep, seen, at if last else None)
            caches.append(cache)
        return F.rms_norm(x, (self.config.width,), self.norm, self.config.eps), caches

    def logits(self, hidden: Tensor) -> Tensor:
        """hidden [..., C] -> logits [..., vocabulary]."""
        return F.linear(hidden, self.embedding)

    def loss(self, batch, smoothing: float) -> Tensor:
        """Weighted cross-entropy of a Batch's predictions."""
        hidden, _ = self(batch.ids, at=batch.at)
        each = F.cross_entropy(
            self.logits(hidden).float(), batch.next_ids, reduction="none", label_smoothing=smoothing
        )
        return each @ batch.weights
