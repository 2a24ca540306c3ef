// SHA-256 (FIPS 180-4) of bytes as they come: `crypto.subtle` wants them all at once.

const kBlockBytes = 64;

// The first 32 bits of the fractional parts of the square roots (state) and cube roots (round constants) of the first
// primes.
const primes: number[] = [];
for (let n = 2; primes.length < 64; ++n) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
const fraction = (x: number): number => ((x - Math.floor(x)) * 2 ** 32) | 0;
const kRounds = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));

export class Sha256 {
  readonly #state = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  readonly #schedule = new Int32Array(64);
  readonly #block = new Uint8Array(kBlockBytes);
  #nBlock = 0;
  #nBytes = 0;

  update(bytes: Uint8Array): this {
    this.#nBytes += bytes.length;
    let at = 0;
    while (at < bytes.length) {
      if (this.#nBlock === 0 && bytes.length - at >= kBlockBytes) {
        this.#compress(bytes, at);
        at += kBlockBytes;
        continue;
      }
      const n = Math.min(kBlockBytes - this.#nBlock, bytes.length - at);
      this.#block.set(bytes.subarray(at, at + n), this.#nBlock);
      at += n;
      this.#nBlock += n;
      if (this.#nBlock === kBlockBytes) {
        this.#compress(this.#block, 0);
        this.#nBlock = 0;
      }
    }
    return this;
  }

  /** 64 hexadecimal digits. Ends the hash. */
  digest(): string {
    const nBytes = this.#nBytes;
    // A one, zeros, and 64 bits of length, up to the end of a block.
    const padding = new Uint8Array(kBlockBytes + 8 - ((nBytes + 8) % kBlockBytes));
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(nBytes / 2 ** 29));
    view.setUint32(padding.length - 4, nBytes << 3);
    this.update(padding);
    return Array.from(this.#state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #compress(bytes: Uint8Array, at: number): void {
    const w = this.#schedule;
    for (let i = 0; i < 16; ++i, at += 4) {
      w[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]! | 0;
    }
    for (let i = 16; i < 64; ++i) {
      const x = w[i - 15]!;
      const y = w[i - 2]!;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
    }
    const s = this.#state;
    let a = s[0]!;
    let b = s[1]!;
    let c = s[2]!;
    let d = s[3]!;
    let e = s[4]!;
    let f = s[5]!;
    let g = s[6]!;
    let h = s[7]!;
    for (let i = 0; i < 64; ++i) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + kRounds[i]! + w[i]!) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    s[0] = s[0]! + a;
    s[1] = s[1]! + b;
    s[2] = s[2]! + c;
    s[3] = s[3]! + d;
    s[4] = s[4]! + e;
    s[5] = s[5]! + f;
    s[6] = s[6]! + g;
    s[7] = s[7]! + h;
  }
}
