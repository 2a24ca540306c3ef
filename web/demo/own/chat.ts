// A conversation with a model that has a chat template.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { asksToTranslate as asksToSend } from "../ui/typing";
import { FollowEnd } from "./follow_end";
import { CHATTING, type Settings, settingsTemplate } from "./settings";
import { sentences } from "./speech";

export interface Turn {
  readonly role: "user" | "assistant";
  readonly text: string;
  /** It is still being written. */
  readonly open?: boolean;
  /** Why it ended early, or failed. */
  readonly remark?: string;
  /** A question that got no answer, and the place of that answer: no part of the conversation. */
  readonly unanswered?: boolean;
}

export class Chat extends LitElement {
  static override properties = {
    turns: { attribute: false },
    busy: { type: Boolean },
    settings: { attribute: false },
    draft: { state: true },
    name: {},
  };
  declare turns: readonly Turn[];
  declare busy: boolean;
  declare settings: Settings;
  declare draft: string;
  /** What the model is called. */
  declare name: string;

  constructor() {
    super();
    this.turns = [];
    this.busy = false;
    this.settings = CHATTING;
    this.draft = "";
    this.name = "model";
    new FollowEnd(this);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  #tell(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #key(event: KeyboardEvent): void {
    if (!asksToSend(event)) return;
    event.preventDefault();
    this.#send();
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.#send();
  }

  #send(): void {
    const text = this.draft.trim();
    if (text === "" || this.busy) return;
    this.draft = "";
    this.#tell("send", text);
  }

  protected override render(): TemplateResult {
    const { turns, busy } = this;
    return html`
      <div class="main">
      <div class="log" role="log" tabindex="0" aria-label="Conversation" data-log>
        ${turns.length === 0 ? html`<p class="note">Say something to ${this.name}. It runs here; nothing you write leaves this tab.</p>` : nothing}
        ${turns.map((turn, index) => this.#turn(turn, index))}
      </div>
      <form class="say" @submit=${this.#submit}>
        <label class="spoken" for="own-say">Your message</label>
        <textarea
          id="own-say"
          rows="1"
          autocomplete="off"
          enterkeyhint="send"
          placeholder="Your message"
          .value=${live(this.draft)}
          @input=${(event: Event) => {
            this.draft = (event.target as HTMLTextAreaElement).value;
          }}
          @keydown=${this.#key}
        ></textarea>
        ${
          busy
            ? html`<button type="button" class="strong" data-own="stop" @click=${() => this.#tell("stop")}>Stop</button>`
            : html`<button type="submit" class="strong" data-own="send">Send</button>`
        }
      </form>
      </div>
      <div class="side">
      <p class="row">
        <button type="button" data-own="new" ?disabled=${turns.length === 0} @click=${() => this.#tell("new")}>New conversation</button>
        <button type="button" data-own="copy" ?disabled=${turns.length === 0} @click=${(event: Event) => this.#tell("copytext", event.target)}>Copy conversation</button>
      </p>
      ${settingsTemplate(this.settings, true, (settings) => this.#tell("settings", settings))}
      </div>
    `;
  }

  /** A sentence enters the log when it is whole, and is read out then; what is unfinished is for the eye only. */
  #turn(turn: Turn, index: number): TemplateResult {
    const { whole, rest } = sentences(turn.text, !turn.open);
    return html`
      <div class="turn ${turn.role}" data-turn=${index} data-role=${turn.role}>
        <p class="who">${turn.role === "user" ? "You" : this.name}</p>
        <p class="text" dir="auto">${whole.map((sentence) => html`<span>${sentence}</span>`)}${
          turn.open ? html`<span class="rest" aria-hidden="true">${rest}</span>` : nothing
        }</p>
        ${turn.remark ? html`<p class="note">${turn.remark}</p>` : nothing}
      </div>
    `;
  }
}

/** The conversation as text. */
export const transcript = (turns: readonly Turn[], name: string): string =>
  turns.map(({ role, text }) => `${role === "user" ? "You" : name}: ${text.trim()}`).join("\n\n");

declare global {
  interface HTMLElementTagNameMap {
    "onehead-chat": Chat;
  }
}
