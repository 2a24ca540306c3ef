// A text that a base model continues.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { FollowEnd } from "./follow_end";
import { CONTINUING, type Settings, settingsTemplate } from "./settings";
import { sentences } from "./speech";

export interface Written {
  /** What was given, and what the model has added. */
  readonly given: string;
  readonly added: string;
  readonly remark?: string | undefined;
}

export class Continuer extends LitElement {
  static override properties = {
    written: { attribute: false },
    busy: { type: Boolean },
    settings: { attribute: false },
    draft: { state: true },
  };
  declare written: Written | undefined;
  declare busy: boolean;
  declare settings: Settings;
  declare draft: string;

  constructor() {
    super();
    this.written = undefined;
    this.busy = false;
    this.settings = CONTINUING;
    this.draft = "Once upon a time";
    new FollowEnd(this);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #tell(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** The text in the box is what the last continuation began with: it can go on. */
  get #goesOn(): boolean {
    return this.written !== undefined && this.written.added !== "" && this.written.given === this.draft;
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.busy || this.draft === "") return;
    this.#tell("go", this.#goesOn ? undefined : this.draft);
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    this.#submit(event);
  }

  /** The whole text becomes what is to be continued: it can be changed then. */
  #takeOver(): void {
    if (this.written === undefined) return;
    this.draft = this.written.given + this.written.added;
    this.#tell("taken");
    this.querySelector("textarea")?.focus();
  }

  protected override render(): TemplateResult {
    const { busy, written } = this;
    const { whole, rest } = sentences(written?.added ?? "", !busy);
    return html`
      <div class="side">
      <form class="text" @submit=${this.#submit}>
        <label for="own-text">Text to continue</label>
        <textarea
          id="own-text"
          rows="3"
          autocomplete="off"
          .value=${live(this.draft)}
          @input=${(event: Event) => {
            this.draft = (event.target as HTMLTextAreaElement).value;
          }}
          @keydown=${this.#key}
        ></textarea>
        <p class="row">
          ${
            busy
              ? html`<button type="button" class="strong" data-own="stop" @click=${() => this.#tell("stop")}>Stop</button>`
              : html`<button type="submit" class="strong" data-own="go">${this.#goesOn ? "Go on" : "Continue"}</button>`
          }
          <button type="button" data-own="take" ?disabled=${busy || !written?.added} @click=${this.#takeOver}>Edit the whole text</button>
          <button type="button" data-own="copy" ?disabled=${!written?.added} @click=${(event: Event) => this.#tell("copytext", event.target)}>Copy</button>
        </p>
      </form>
      ${settingsTemplate(this.settings, false, (settings) => this.#tell("settings", settings))}
      </div>
      <div class="main">
      <div class="log written" role="log" tabindex="0" aria-label="The text and its continuation" data-log>
        ${
          written === undefined
            ? html`<p class="note">This is a base model: it has learnt to continue texts, not to answer questions.</p>`
            : html`<p class="text" dir="auto"><span class="given">${written.given}</span>${whole.map(
                (sentence) => html`<span class="added">${sentence}</span>`,
              )}${busy ? html`<span class="rest" aria-hidden="true">${rest}</span>` : nothing}</p>`
        }
        ${written?.remark ? html`<p class="note">${written.remark}</p>` : nothing}
      </div>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "onehead-continuer": Continuer;
  }
}
