/**
 * A check of 32 bits over bytes that begin at a multiple of 4 in their buffer: notices what a disk or a crash has
 * changed, and every change of a single word. No help against malice. Four lanes, so that a gigabyte takes well under
 * a second.
 */
export function checksum(bytes: Uint8Array): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  let [a, b, c, d] = [1, 2, 3, 4];
  let i = 0;
  // Each step is a bijection of the lane: xor with the word, multiply by an odd number.
  for (; i + 4 <= words.length; i += 4) {
    a = Math.imul(a ^ (words[i] as number), 0x01000193);
    b = Math.imul(b ^ (words[i + 1] as number), 0x01000193);
    c = Math.imul(c ^ (words[i + 2] as number), 0x01000193);
    d = Math.imul(d ^ (words[i + 3] as number), 0x01000193);
  }
  for (let at = 4 * i; at < bytes.length; ++at) a = Math.imul(a ^ (bytes[at] as number), 0x01000193);
  let sum = bytes.length;
  for (const lane of [a, b, c, d]) sum = Math.imul(sum ^ lane ^ (lane >>> 15), 0x2c1b3c6d);
  return sum >>> 0;
}
