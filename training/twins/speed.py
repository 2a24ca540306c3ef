"""Decode times of the twins' shapes in the wasm engine: untrained files, measured by speed.mjs."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import sentencepiece
import torch

from config import ROOT, ModelConfig
from export_gguf import export
from model import Translator
from twins import grid


def untrained(twin: grid.Twin, sp, path: Path, context: int) -> None:
    torch.manual_seed(1)
    config = ModelConfig(
        vocabulary=sp.vocab_size(), width=grid.WIDTH, layers=grid.LAYERS, heads=twin.heads,
        kv_heads=twin.kv_heads, head_size=grid.HEAD_SIZE, hidden=twin.hidden, context=context,
    )  # fmt: skip
    export(Translator(config), sp, path, "q8_0", {}, [])


def measure(tokenizer: Path, cases: list[tuple[int, int]], rounds: int, steps: int = 12) -> dict:
    """`cases` are (context, sequences at once); what speed.mjs prints, with the cases."""
    if not (ROOT / "dist" / "wasm").exists():
        raise SystemExit(
            "the speed is measured in the built package: npm run build, then call again"
        )
    sp = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer))
    room = max(context for context, _ in cases) + steps
    with tempfile.TemporaryDirectory() as folder:
        for twin in grid.TWINS:
            untrained(twin, sp, Path(folder) / f"{twin.name}.gguf", room)
        asked = json.dumps({"names": [twin.name for twin in grid.TWINS], "cases": cases})
        script = ROOT / "training" / "twins" / "speed.mjs"
        node = os.environ.get("NODE", "node")
        said = subprocess.run(
            [node, script, folder, str(rounds), str(steps)],
            input=asked, stdout=subprocess.PIPE, text=True, check=True,
            env={key: value for key, value in os.environ.items() if key != "LD_PRELOAD"},
        )  # fmt: skip
    return {"cases": cases, **json.loads(said.stdout)}
