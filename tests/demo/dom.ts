// A small DOM in Node for the views.

import { parseHTML } from "linkedom";

export function emptyDocument(): Document {
  return parseHTML("<!doctype html><html><body></body></html>").document;
}

/** Markup with one element a line, for snapshots that people read. */
export const lines = (element: Element): string => `${element.outerHTML.replaceAll("><", ">\n<")}\n`;
