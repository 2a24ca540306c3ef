// Numbers and names as prose.

const SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");

/** Small numbers as words. */
export const numberWord = (n: number): string => SMALL[n] ?? String(n);

export const plural = (n: number, noun: string): string => `${noun}${n === 1 ? "" : "s"}`;

/** 98,304 */
export const grouped = (n: number): string => n.toLocaleString("en-US");

/** A share as whole percents; what is there but rounds to nothing is said so. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  return whole === 0 && share > 0.0005 ? "under 1 %" : `${whole} %`;
}
