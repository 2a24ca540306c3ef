// A trace's tensors, row by row.

import type { Trace } from "onehead";
import { at, type Candidate, type Position } from "./run";

/** Numbers [first axis, second axis, one index of the third, last axis cut to `length`] of a four-axis tensor. */
export function slice(tensor: Trace["keys"], index: number, length?: number): Float32Array {
  if (tensor === undefined) throw new TypeError("the trace lacks a tensor that was asked for");
  const [first, second, third, fourth] = tensor.shape as [number, number, number, number];
  const kept = length ?? fourth;
  const out = new Float32Array(first * second * kept);
  for (let outer = 0; outer < first * second; outer++) {
    const begin = (outer * third + index) * fourth;
    out.set(tensor.data.subarray(begin, begin + kept), outer * kept);
  }
  return out;
}

/** The rows that a trace describes; `next` belongs to the last of them. */
export function tracedPositions(trace: Trace, next: readonly Candidate[]): Position[] {
  return trace.queryPositions.map((position, query) => {
    const index = trace.positions.indexOf(position);
    const token = at(trace.tokens, index);
    return {
      text: token.text,
      control: token.control,
      keys: slice(trace.keys, index),
      values: slice(trace.values, index),
      reads: slice(trace.attention, query, position + 1),
      next: query === trace.queryPositions.length - 1 ? next : [],
    };
  });
}
