// The same sentence by each twin, with the bytes of keys and values that it took.

import "./twins.css";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { TwinsStudy } from "../claims/studies";
import { grouped, plural } from "../models/words";
import { errorText } from "../ui/error_text";
import { asksToTranslate } from "../ui/typing";
import { type Twin, type TwinTranslation, translateBy, twinsOf } from "./twin";

const files = import.meta.glob<string>("../../../models/onehead-twins/*.gguf", {
  query: "?url",
  import: "default",
  eager: true,
});
const studies = import.meta.glob<TwinsStudy>("../../../docs/studies/twins.json", {
  import: "default",
  eager: true,
});

/** The dev set's score, with half of its interval where there is one. */
function scoreOf(study: TwinsStudy | undefined, { name }: Twin): string {
  const found = study?.twins[name]?.chrF;
  if (found === undefined) return "";
  const half = found.half === null ? "" : ` ± ${found.half.toFixed(1)}`;
  return `chrF ${found.mean.toFixed(1)}${half}`;
}

const LONGEST = 300;

export class Twins extends LitElement {
  static override properties = {
    text: { state: true },
    made: { state: true },
    working: { state: true },
    problem: { state: true },
  };
  declare text: string;
  /** By twin, of the text as it stands. */
  declare made: ReadonlyMap<string, TwinTranslation>;
  /** Whose translation is under way. */
  declare working: string | undefined;
  declare problem: string;
  say: (text: string) => void = () => {};
  readonly #twins = twinsOf(files);
  readonly #study = Object.values(studies)[0];
  #running: AbortController | undefined;

  constructor() {
    super();
    this.text = "";
    this.made = new Map();
    this.working = undefined;
    this.problem = "";
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #changed(event: Event): void {
    this.#running?.abort();
    this.text = (event.target as HTMLInputElement).value;
    this.made = new Map();
  }

  async #translate(twins: readonly Twin[]): Promise<void> {
    if (this.text.trim() === "") return;
    this.#running?.abort();
    const own = new AbortController();
    this.#running = own;
    this.problem = "";
    try {
      for (const twin of twins) {
        if (this.made.has(twin.name)) continue;
        this.working = twin.name;
        const made = await translateBy(new URL(twin.url, document.baseURI).href, this.text, { signal: own.signal });
        own.signal.throwIfAborted();
        this.made = new Map([...this.made, [twin.name, made]]);
        this.say(`${describe(twin)}: ${made.text}`);
      }
    } catch (error) {
      if (!own.signal.aborted) this.problem = errorText(error);
    }
    if (this.#running === own) this.working = undefined;
  }

  #key(event: KeyboardEvent): void {
    if (!asksToTranslate(event)) return;
    event.preventDefault();
    void this.#translate(this.#twins);
  }

  protected override render(): TemplateResult {
    const most = Math.max(1, ...[...this.made.values()].map(({ kvBytes }) => kvBytes));
    const scored = this.#study !== undefined;
    return html`
      <p class="row">
        <label for="twins-text">English</label>
        <input id="twins-text" lang="en" maxlength=${LONGEST} autocomplete="off" .value=${live(this.text)} @input=${this.#changed} @keydown=${this.#key} />
        <button type="button" data-twins-action="all" ?disabled=${this.working !== undefined} @click=${() => this.#translate(this.#twins)}>Translate by all</button>
        <button type="button" ?disabled=${this.working === undefined} @click=${() => this.#running?.abort()}>Stop</button>
      </p>
      ${this.problem ? html`<p class="problem">${this.problem}</p>` : nothing}
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            ${["Twin", "Its translation", "Keys and values", ...(scored ? ["On the dev set"] : [])].map(
              (title) => html`<th scope="col" role="columnheader">${title}</th>`,
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${this.#twins.map((twin) => this.#row(twin, most, scored))}
        </tbody>
      </table>
    `;
  }

  #row(twin: Twin, most: number, scored: boolean): TemplateResult {
    const made = this.made.get(twin.name);
    const working = this.working === twin.name;
    return html`<tr role="row" data-twin=${twin.name}>
      <th scope="row" role="rowheader">${describe(twin)}</th>
      <td role="cell">
        ${
          made
            ? html`<span class="translated" lang="es" translate="no">${made.text}</span>`
            : html`<button type="button" ?disabled=${working} aria-label="Translate by the twin with ${describe(twin)}" @click=${() =>
                this.#translate([twin])}>${working ? "Translating …" : "Translate"}</button>`
        }
      </td>
      <td role="cell">${
        made
          ? html`<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width=${(100 * made.kvBytes) / most} height="6"></rect></svg>
            <span data-kv-bytes=${made.kvBytes}>${grouped(made.kvBytes)} bytes</span>
            <span class="note">${grouped(made.kvBytesPerToken)} a token</span>`
          : nothing
      }</td>
      ${scored ? html`<td role="cell">${scoreOf(this.#study, twin)}</td>` : nothing}
    </tr>`;
  }
}

const describe = ({ nQueryHeads, nKvHeads, plain }: Twin) =>
  `${nQueryHeads} query ${plural(nQueryHeads, "head")}, ${nKvHeads} K/V${plain ? ", fewer parameters" : ""}`;

/** Puts the twins into their place. */
export function openTwins(place: HTMLElement, text: string, say: (text: string) => void): void {
  if (customElements.get("onehead-twins") === undefined) customElements.define("onehead-twins", Twins);
  const element = document.createElement("onehead-twins") as Twins;
  element.text = text;
  element.say = say;
  place.replaceChildren(element);
  void element.updateComplete.then(() => element.querySelector<HTMLElement>("input")?.focus());
}
