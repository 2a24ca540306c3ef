/** Seeded dice: the same seed, the same throws. */
export function random(seed) {
  let state = (seed * 2654435761) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * Math.max(1, n));
  return {
    below,
    chance: (p) => next() < p,
    pick: (list) => list[below(list.length)],
    /** A key of { name: weight }. */
    weighted(weights) {
      let left = next() * Object.values(weights).reduce((a, b) => a + b);
      for (const [name, weight] of Object.entries(weights)) {
        left -= weight;
        if (left < 0) return name;
      }
      return Object.keys(weights)[0];
    },
  };
}
