// A model file with a chat template: one more entry in a GGUF header. Plain JavaScript, for pages too.

const kHeaderBytes = 24; // magic, version, number of tensors, number of entries
const kAlignment = 32;
const kString = 8;

/** `file` with this template. The entry is made as long as the alignment wants, by a remark at its beginning. */
export function withTemplate(file, template) {
  const encoder = new TextEncoder();
  const key = encoder.encode("tokenizer.chat_template");
  const fixed = 8 + key.length + 4 + 8;
  const remark = (n) => `{#${" ".repeat(n)}#}`;
  const bare = fixed + encoder.encode(remark(0) + template).length;
  const value = encoder.encode(remark((kAlignment - (bare % kAlignment)) % kAlignment) + template);
  const entry = new Uint8Array(fixed + value.length);
  const view = new DataView(entry.buffer);
  view.setBigUint64(0, BigInt(key.length), true);
  entry.set(key, 8);
  view.setUint32(8 + key.length, kString, true);
  view.setBigUint64(12 + key.length, BigInt(value.length), true);
  entry.set(value, fixed);
  const result = new Uint8Array(file.length + entry.length);
  result.set(file.subarray(0, kHeaderBytes));
  result.set(entry, kHeaderBytes);
  result.set(file.subarray(kHeaderBytes), kHeaderBytes + entry.length);
  const header = new DataView(result.buffer);
  header.setBigUint64(16, header.getBigUint64(16, true) + 1n, true);
  return result;
}
