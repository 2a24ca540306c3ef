// When typed text is ready to be translated.

/** Time without a change after which typing counts as done. */
const SETTLED_MS = 450;

/**
 * Does this key ask for the translation? Enter does, but not Shift+Enter, and not the Enter that confirms an input
 * method's suggestion (key code 229 is how older engines say that they are composing).
 */
export function asksToTranslate(event: Pick<KeyboardEvent, "key" | "shiftKey" | "isComposing" | "keyCode">): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

/** Calls `settled` once typing rests; never in the middle of a composition. */
export class Typing {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #composing = false;
  readonly #settled: () => void;

  constructor(settled: () => void) {
    this.#settled = settled;
  }

  compose(): void {
    this.#composing = true;
    this.stop();
  }

  composed(): void {
    this.#composing = false;
    this.changed();
  }

  changed(): void {
    this.stop();
    if (!this.#composing) this.#timer = setTimeout(this.#settled, SETTLED_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
