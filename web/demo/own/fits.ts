// Whether a model fits into this tab, before anything is downloaded.

import { bytes } from "./quantity";

export interface Needs {
  /** Weights and K/V cache. */
  readonly memoryBytes: number;
  readonly downloadBytes: number;
  /** What this browser still keeps for the page; undefined where it does not say. */
  readonly roomBytes?: number | undefined;
  /** navigator.deviceMemory in bytes, which browsers round down to at most 8 GB; undefined where there is none. */
  readonly deviceBytes?: number | undefined;
}

export interface Verdict {
  readonly level: "fits" | "tight" | "cannot";
  readonly text: string;
}

/** What 32-bit WebAssembly can address. */
export const ADDRESSABLE = 2 ** 32;

export function verdict({ memoryBytes, downloadBytes, roomBytes, deviceBytes }: Needs): Verdict {
  if (memoryBytes >= ADDRESSABLE) {
    return { level: "cannot", text: `It does not fit: ${bytes(memoryBytes)} is more than the 4 GB of a browser tab.` };
  }
  if (deviceBytes !== undefined && memoryBytes > deviceBytes / 2) {
    return {
      level: "tight",
      text: `It may not fit: it takes ${bytes(memoryBytes)}, and this device says it has about ${bytes(deviceBytes)}. A smaller context takes less.`,
    };
  }
  if (roomBytes !== undefined && downloadBytes > roomBytes) {
    return {
      level: "tight",
      text: "It fits into memory, but this browser has no room to keep it: it will be fetched again next time.",
    };
  }
  return { level: "fits", text: "It fits." };
}

/** Context lengths to choose from. */
export function contextChoices(most: number): number[] {
  const steps = [1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072].filter((n) => n < most);
  return [...steps, most];
}

/** Enough for a long conversation, and small. */
export const defaultContext = (most: number): number => Math.min(most, 4096);
