#!/usr/bin/env python3
"""Writes cpp/text/unicode_runs.inc: which characters are letters, numbers or white space.

The byte-level pre-tokenizer needs no more of Unicode than \\p{L}, \\p{N} and \\s. The code points 0 to
0x10FFFF are cut into runs of one class; a run is the number length * 4 + class in LEB128 (seven bits a
byte, low bits first, the top bit set on all but the last byte).

Unicode 15.1, which llama.cpp's tables are of:

    pip install unicodedata2==15.1.0
    python3 tools/make_unicode_classes.py
"""

import sys
from pathlib import Path

import unicodedata2 as unicodedata

OTHER, LETTER, NUMBER, SPACE = range(4)
# Unicode's White_Space property, which Python does not expose.
WHITE_SPACE = {*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029,
               0x202F, 0x205F, 0x3000}


def class_of(code: int) -> int:
    if code in WHITE_SPACE:
        return SPACE
    return {"L": LETTER, "N": NUMBER}.get(unicodedata.category(chr(code))[0], OTHER)


def runs() -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for code in range(0x110000):
        kind = class_of(code)
        if out and out[-1][1] == kind:
            out[-1] = (out[-1][0] + 1, kind)
        else:
            out.append((1, kind))
    return out


def leb128(value: int) -> list[int]:
    out = []
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return [*out, value]


def main() -> None:
    table = runs()
    data = [byte for length, kind in table for byte in leb128(length * 4 + kind)]
    lines = [
        f"// {len(table)} runs of Unicode {unicodedata.unidata_version}, made by tools/make_unicode_classes.py.",
    ]
    for i in range(0, len(data), 20):
        lines.append(" ".join(f"{byte}," for byte in data[i : i + 20]))
    target = Path(__file__).parent.parent / "cpp" / "text" / "unicode_runs.inc"
    target.write_text("\n".join(lines) + "\n")
    print(f"{target}: {len(table)} runs, {len(data)} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
