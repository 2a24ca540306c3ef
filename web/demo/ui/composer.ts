// Where the English is typed. Takes text as people type it: with input methods, by paste, by a tap on an example.

import { html, LitElement, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { foreign } from "../run/language";
import { MAX_CHARACTERS } from "../run/sentences";
import { asksToTranslate, Typing } from "./typing";

export const EXAMPLES = [
  "The cat purrs.",
  "The quick brown fox jumps over the lazy dog.",
  "My sister has two small dogs.",
  "I don't know where he lives. Do you?",
];

export class Composer extends LitElement {
  static override properties = { text: {} };
  declare text: string;
  readonly #typing = new Typing(() => this.#translate());
  #asked: string | undefined;

  constructor() {
    super();
    this.text = "";
  }

  /** Light DOM: the page's styles and labels apply; what stood here without script makes room. */
  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren();
    return this;
  }

  #changed(event: Event): void {
    this.text = (event.target as HTMLTextAreaElement).value;
    this.#typing.changed();
  }

  #composed(event: CompositionEvent): void {
    this.text = (event.target as HTMLTextAreaElement).value;
    this.#typing.composed();
  }

  #key(event: KeyboardEvent): void {
    if (!asksToTranslate(event)) return;
    event.preventDefault();
    this.#translate(true);
  }

  #take(text: string): void {
    this.text = text;
    this.#translate(true);
  }

  #translate(again = false): void {
    this.#typing.stop();
    const text = this.text.slice(0, MAX_CHARACTERS).trim();
    if (text === "" || (!again && text === this.#asked)) return;
    this.#asked = text;
    this.dispatchEvent(new CustomEvent("translate", { detail: text }));
  }

  get #remark(): string {
    if (this.text.trim() === "") return "Nothing to translate yet: type an English sentence, or take one of these.";
    if (this.text.length > MAX_CHARACTERS)
      return `Only the first ${MAX_CHARACTERS.toLocaleString("en-US")} characters are translated.`;
    const reason = foreign(this.text);
    if (reason === undefined) return "";
    return "This does not look like English, and English is all the model knows. Expect nonsense.";
  }

  protected override render(): TemplateResult {
    return html`
      <label for="english">English</label>
      <textarea
        id="english"
        lang="en"
        rows="2"
        autocomplete="off"
        enterkeyhint="go"
        aria-describedby="remark"
        .value=${live(this.text)}
        @input=${this.#changed}
        @keydown=${this.#key}
        @compositionstart=${() => this.#typing.compose()}
        @compositionend=${this.#composed}
      ></textarea>
      <p class="remark" id="remark">${this.#remark}</p>
      <div class="chips">
        ${EXAMPLES.map((text) => html`<button type="button" lang="en" data-example @click=${() => this.#take(text)}>${text}</button>`)}
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "onehead-composer": Composer;
  }
}
