// Plays the tour: shows its steps one after another, once, and stops for good as soon as the visitor takes over.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { TourStep } from "../models/tour";

/** Time to read a step's sentence and look at the picture. */
const STEP_MS = 5200;

export class Tour extends LitElement {
  static override properties = { steps: { attribute: false }, index: { state: true }, playing: { state: true } };
  /** The next play uses these; a running one keeps its own. */
  declare steps: readonly TourStep[];
  declare index: number | undefined;
  declare playing: boolean;
  #timer = 0;

  constructor() {
    super();
    this.steps = [];
    this.index = undefined;
    this.playing = false;
  }

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren();
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.#timer);
  }

  play(from = 0): void {
    window.clearTimeout(this.#timer);
    if (this.steps.length === 0) return;
    this.playing = true;
    this.#show(Math.min(from, this.steps.length - 1));
  }

  pause(): void {
    window.clearTimeout(this.#timer);
    this.playing = false;
  }

  /** Ends the tour where it is: the visitor has taken over. */
  cancel(): void {
    if (this.index === undefined) return;
    this.pause();
    this.index = undefined;
    this.dispatchEvent(new CustomEvent<TourStep | null>("step", { detail: null }));
  }

  #show(index: number): void {
    this.index = index;
    this.dispatchEvent(new CustomEvent<TourStep | null>("step", { detail: this.steps[index] ?? null }));
    if (index === this.steps.length - 1) this.playing = false;
    else this.#timer = window.setTimeout(() => this.#show(index + 1), STEP_MS);
  }

  #toggle(): void {
    if (this.playing) this.pause();
    else this.play(this.index === undefined || this.index === this.steps.length - 1 ? 0 : this.index + 1);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.steps.length === 0) return nothing;
    const step = this.index === undefined ? undefined : this.steps[this.index];
    return html`
      <button type="button" data-action="tour" aria-pressed=${this.playing ? "true" : "false"} @click=${this.#toggle}>
        ${this.playing ? "Pause" : "Show me"}
      </button>
      ${step === undefined ? nothing : html`<p class="step" data-step=${this.index}>${step.text}</p>`}
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "onehead-tour": Tour;
  }
}
