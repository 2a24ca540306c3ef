#!/usr/bin/env python3
"""Makes tests/data/quantized-blocks.gguf: random blocks of every quantised type and their values.

    pip install gguf numpy
    python3 tools/make_quantized_blocks.py

For each type the tensor `<type>` holds rows of random bytes (with finite scales), and `<type>.f32` what
`gguf.quants.dequantize` makes of them.
"""

from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

TARGET = Path(__file__).parent.parent / "tests" / "data" / "quantized-blocks.gguf"
COLUMNS = 512

# The bytes of a block at which an f16 begins.
HALVES = {
    Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0],
    Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208],
}


def random_rows(rng: np.random.Generator, kind: Type, n_rows: int) -> np.ndarray:
    """Random bytes whose f16 numbers are finite: normal ones of both signs, subnormals, zeros."""
    size, block_bytes = gguf.GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, (n_rows * COLUMNS // size, block_bytes), dtype=np.uint8)
    for offset in HALVES[kind]:
        halves = rng.integers(0, 0x7C00, len(blocks), dtype=np.uint16)
        halves[::7] %= 0x0400  # subnormal
        halves[::11] = 0
        halves |= rng.integers(0, 2, len(blocks), dtype=np.uint16) << 15
        blocks[:, offset : offset + 2] = halves.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(n_rows, -1)


def main() -> None:
    rng = np.random.default_rng(1)
    writer = gguf.GGUFWriter(TARGET, "blocks")
    for kind in HALVES:
        rows = random_rows(rng, kind, 2)
        values = gguf.quants.dequantize(rows, kind)
        assert np.isfinite(values).all()
        writer.add_tensor(kind.name, rows, raw_dtype=kind)
        writer.add_tensor(f"{kind.name}.f32", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
