// Bytes and speeds as people read them.

const UNITS = ["bytes", "kB", "MB", "GB"] as const;

/** 98.4 MB; three digits are enough. */
export function bytes(n: number): string {
  let unit = 0;
  let value = n;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${unit === 0 && n === 1 ? "byte" : UNITS[unit]}`;
}

/** "about 20 seconds" */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 1.5) return "about a second";
  if (seconds < 55) return `about ${Math.round(seconds)} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes <= 1 ? "about a minute" : `about ${minutes} minutes`;
}

/** Bytes a second over the last seconds, so that a stall shows. */
export class Speedometer {
  readonly #marks: { at: number; bytes: number }[] = [];

  /** Bytes a second, once there is enough to tell. */
  mark(bytesSoFar: number, nowMs: number): number | undefined {
    this.#marks.push({ at: nowMs, bytes: bytesSoFar });
    while (this.#marks.length > 2 && nowMs - (this.#marks[1]?.at ?? nowMs) > 4000) this.#marks.shift();
    const [first] = this.#marks;
    if (first === undefined || nowMs - first.at < 300) return undefined;
    return ((bytesSoFar - first.bytes) * 1000) / (nowMs - first.at);
  }
}
