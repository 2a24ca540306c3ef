"""Writes a GGUF file again with every tensor as F32: dequantize.py FROM.gguf TO.gguf

The weights stay the same numbers (an int8 times its block's scale, in f32), so that an engine that
quantises its activations for Q8_0 weights can be compared with one that does not.
"""

import sys

import gguf

SKIPPED = {"general.architecture", "general.file_type"}  # the writer's own; no longer true


def main(source: str, target: str) -> None:
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(target, reader.fields["general.architecture"].contents())
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in SKIPPED:
            continue
        element = field.types[1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
        value = field.contents()
        if element == gguf.GGUFValueType.STRING:  # vocabulary pieces need not be UTF-8
            value = [bytes(field.parts[part]) for part in field.data]
        writer.add_key_value(name, value, field.types[0], element)
    for tensor in reader.tensors:
        # The reader lists a tensor's shape with the fastest axis first, its data the other way round.
        data = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, data.reshape(list(reversed(tensor.shape))))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
