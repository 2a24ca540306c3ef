// FNV-1a, 64 bits, over the little-endian bytes of floats: the hash of the golden tables (tests/goldens/README.md).
// The 64-bit state is two halves, since a BigInt per byte would take minutes. The prime is 2^40 + 0x1B3.

export function hashFloats(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let i = 0; i < bytes.length; i++) {
    low = (low ^ bytes[i]) >>> 0;
    const product = low * 0x1b3; // below 2^41: exact
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}
