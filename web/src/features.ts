// What this WebAssembly engine can do, found by validating modules of a few bytes.

import { builtin } from "./node.js";

/** What the engine runs. */
export interface Features {
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** The engine knows shared WebAssembly memory, and is to be trusted with it. */
  readonly sharedMemory: boolean;
  /** It is usable here: in a page, only with cross-origin isolation. */
  readonly threads: boolean;
}

// A module whose one function, of type () -> v128 (or () -> i32), holds the given code.
const module = (resultType: number, code: readonly number[], memory: readonly number[] = []) =>
  Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
    ...[1, 5, 1, 0x60, 0, 1, resultType], // one type
    ...[3, 2, 1, 0], // one function of it
    ...memory,
    ...[10, code.length + 4, 1, code.length + 2, 0, ...code, 0x0b],
  );

const kV128 = 0x7b;
const kI32 = 0x7f;
const kSplat = [0x41, 0, 0xfd, 0x0f]; // i32.const 0, i8x16.splat

const simdModule = () => module(kV128, [...kSplat, 0xfd, 0x62]); // i8x16.popcnt
const relaxedModule = () => module(kV128, [...kSplat, ...kSplat, 0xfd, 0x80, 0x02]); // i8x16.relaxed_swizzle
const threadsModule = () => module(kI32, [0x41, 0, 0xfe, 0x10, 2, 0], [5, 4, 1, 3, 1, 1]); // shared memory, i32.atomic.load

/** Asks the engine; cheap, and nothing is kept. */
export function detectFeatures(): Features {
  if (typeof WebAssembly !== "object") return { simd: false, relaxedSimd: false, sharedMemory: false, threads: false };
  const sharedMemory = !hasUnsafeThreads() && WebAssembly.validate(threadsModule());
  // Node, Deno and Bun share memory freely and do not define the page's flag.
  const mayShare = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? true;
  return {
    simd: WebAssembly.validate(simdModule()),
    relaxedSimd: WebAssembly.validate(relaxedModule()),
    sharedMemory,
    threads: sharedMemory && mayShare && typeof SharedArrayBuffer === "function",
  };
}

// V8's baseline compiler of 2023 (11.3, Node 20) now and then computes something else when two threads run the same
// code; 12.4 does not. What tells a V8 from 12.1 on has been in Safari since 16.4.
function hasUnsafeThreads(): boolean {
  return typeof (Array as { fromAsync?: unknown }).fromAsync !== "function";
}

/** Logical processors, as far as the engine tells; some browsers understate them. */
export function countProcessors(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? builtin("node:os")?.availableParallelism() ?? 1;
}

/** Whether this thread may wait for others: a page's own and a service worker's may not. */
export function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
