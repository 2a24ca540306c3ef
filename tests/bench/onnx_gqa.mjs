// An ONNX model of one node, com.microsoft GroupQueryAttention, written as protobuf by hand: enough of onnx.proto for
// one operator. float32, batch 1, the past concatenated with the new positions by the operator, no rotary embedding.
//
//   query [1, new, heads·dim]   key, value [1, new, kvHeads·dim]   past_key, past_value [1, kvHeads, past, dim]

const varint = (value) => {
  const bytes = [];
  let rest = BigInt(value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
};
const integer = (field, value) => [...varint(field << 3), ...varint(value)];
const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content];
const text = (field, string) => bytes(field, [...new TextEncoder().encode(string)]);
const float32 = (field, value) => [...varint((field << 3) | 5), ...new Uint8Array(new Float32Array([value]).buffer)];

// Field numbers of onnx.proto: AttributeProto name 1, f 2, i 3, type 20 (FLOAT 1, INT 2).
const intAttribute = (name, value) => bytes(5, [...text(1, name), ...integer(3, value), ...integer(20, 2)]);
const floatAttribute = (name, value) => bytes(5, [...text(1, name), ...float32(2, value), ...integer(20, 1)]);

const elementTypes = { float32: 1, int32: 6 };

/** ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 | dim_param 2 } } } }. */
function valueInfo(name, type, shape) {
  const dims = shape.flatMap((dim) => bytes(1, typeof dim === "string" ? text(2, dim) : integer(1, dim)));
  const tensor = [...integer(1, elementTypes[type]), ...bytes(2, dims)];
  return [...text(1, name), ...bytes(2, bytes(1, tensor))];
}

export function groupQueryAttentionModel({ heads, kvHeads, dim }) {
  const past = [1, kvHeads, "past", dim];
  const present = [1, kvHeads, "total", dim];
  const inputs = [
    valueInfo("query", "float32", [1, "new", heads * dim]),
    valueInfo("key", "float32", [1, "new", kvHeads * dim]),
    valueInfo("value", "float32", [1, "new", kvHeads * dim]),
    valueInfo("past_key", "float32", past),
    valueInfo("past_value", "float32", past),
    valueInfo("seqlens_k", "int32", [1]),
    valueInfo("total_sequence_length", "int32", []),
  ];
  const outputs = [
    valueInfo("output", "float32", [1, "new", heads * dim]),
    valueInfo("present_key", "float32", present),
    valueInfo("present_value", "float32", present),
  ];
  const inputNames = ["query", "key", "value", "past_key", "past_value", "seqlens_k", "total_sequence_length"];
  // NodeProto: input 1, output 2, name 3, op_type 4, attribute 5, domain 7.
  const node = [
    ...inputNames.flatMap((name) => text(1, name)),
    ...["output", "present_key", "present_value"].flatMap((name) => text(2, name)),
    ...text(3, "attention"),
    ...text(4, "GroupQueryAttention"),
    ...intAttribute("num_heads", heads),
    ...intAttribute("kv_num_heads", kvHeads),
    ...floatAttribute("scale", 1 / Math.sqrt(dim)),
    ...text(7, "com.microsoft"),
  ];
  // GraphProto: node 1, name 2, input 11, output 12. ModelProto: ir_version 1, graph 7, opset_import 8 { domain 1, version 2 }.
  const graph = [
    ...bytes(1, node),
    ...text(2, "attention"),
    ...inputs.flatMap((info) => bytes(11, info)),
    ...outputs.flatMap((info) => bytes(12, info)),
  ];
  return new Uint8Array([
    ...integer(1, 8),
    ...bytes(7, graph),
    ...bytes(8, [...text(1, ""), ...integer(2, 17)]),
    ...bytes(8, [...text(1, "com.microsoft"), ...integer(2, 1)]),
  ]);
}
