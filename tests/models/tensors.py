"""A program's tensors against the `gguf` library's, bit for bit: tensors.py SPEC.json prints JSON.

SPEC: {model: GGUF file, command: writes the tensors as tests/native/dequantize_tensors.cpp does}.
"""

import json
import struct
import subprocess
import sys
from collections import Counter
from pathlib import Path

import gguf
import numpy as np


def read(stream, n_bytes: int) -> bytes:
    parts = []
    while n_bytes and (part := stream.read(n_bytes)):
        parts.append(part)
        n_bytes -= len(part)
    return b"".join(parts)


def tensors_of(command: list[str]):
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    while head := read(process.stdout, 4):
        name = read(process.stdout, struct.unpack("<I", head)[0]).decode()
        (count,) = struct.unpack("<Q", read(process.stdout, 8))
        yield name, np.frombuffer(read(process.stdout, 4 * count), "<u4")
    if process.wait():
        raise SystemExit(f"{command[0]} failed")


def main(spec_path: str) -> None:
    spec = json.loads(Path(spec_path).read_text())
    expected = {tensor.name: tensor for tensor in gguf.GGUFReader(spec["model"]).tensors}
    different, values = [], Counter()
    for name, ours in tensors_of(spec["command"]):
        tensor = expected.pop(name)
        theirs = (
            gguf.quants.dequantize(tensor.data, tensor.tensor_type)
            .astype("<f4")
            .reshape(-1)
            .view("<u4")
        )
        wrong = (
            int((ours != theirs).sum())
            if ours.shape == theirs.shape
            else max(ours.size, theirs.size)
        )
        if wrong:
            different.append({"tensor": name, "type": tensor.tensor_type.name, "values": wrong})
        values[tensor.tensor_type.name] += theirs.size
    print(json.dumps({"different": different, "missing": sorted(expected), "values": values}))


if __name__ == "__main__":
    main(*sys.argv[1:])
