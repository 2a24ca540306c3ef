// A loaded model at work: its headline, the talk with it, and the pictures of what it reads.

import { html, type TemplateResult } from "lit";
import type { Model, ModelInfo } from "onehead";
import { numberWord, plural } from "../models/words";
import { copy } from "../ui/copying";
import { fill } from "../ui/slots";
import { facts } from "../views/facts";
import { headline } from "../views/headline";
import { type Chat, transcript } from "./chat";
import type { Continuer } from "./continuer";
import { followLooking } from "./looking";
import { picturesTemplate } from "./pictures";
import { bytes } from "./quantity";
import { SHARING_NAMES, sharing } from "./shape";
import { Study } from "./study";
import { Continuation, Conversation } from "./talk";

export interface WorkplaceEvents {
  readonly close: () => void;
  /** Removes the kept file, and gives whether it is gone; undefined where none can be kept. */
  readonly remove: (() => Promise<boolean>) | undefined;
}

export class Workplace {
  readonly #model: Model;
  readonly #name: string;
  readonly #refresh: () => void;
  #study: Study | undefined;
  #talk: Conversation | Continuation | undefined;
  #removed = false;

  constructor(model: Model, name: string, refresh: () => void) {
    this.#model = model;
    this.#name = name;
    this.#refresh = refresh;
  }

  dispose(): void {
    this.#talk?.dispose();
  }

  get #chats(): boolean {
    return typeof this.#model.info.metadata["tokenizer.chat_template"] === "string";
  }

  /** To be called once the rendered elements stand in the document. False but for the first time. */
  start(root: HTMLElement): boolean {
    if (this.#study) return false;
    const { info } = this.#model;
    const options = { document };
    fill(root, "headline", headline(info, options));
    fill(root, "facts", facts(info, options));
    const note = root.querySelector<HTMLElement>("[data-look-note]") as HTMLElement;
    const study = new Study(root, this.#model, (text) => {
      note.textContent = text;
    });
    this.#study = study;
    followLooking(root, study);
    const chat = root.querySelector("onehead-chat");
    const continuer = root.querySelector("onehead-continuer");
    if (chat) this.#startChat(chat, study);
    if (continuer) this.#startContinuer(continuer, study);
    return true;
  }

  #startChat(view: Chat, study: Study): void {
    view.name = this.#name;
    const talk = new Conversation(this.#model, study, view);
    this.#talk = talk;
    view.addEventListener("send", (event) => void talk.say((event as CustomEvent<string>).detail));
    view.addEventListener("stop", () => talk.stop());
    view.addEventListener("new", () => talk.begin());
    view.addEventListener("settings", (event) => {
      view.settings = (event as CustomEvent).detail;
    });
    view.addEventListener("copytext", (event) =>
      copy(transcript(view.turns, this.#name), (event as CustomEvent<HTMLElement>).detail),
    );
  }

  #startContinuer(view: Continuer, study: Study): void {
    const talk = new Continuation(this.#model, study, view);
    this.#talk = talk;
    view.addEventListener(
      "go",
      (event) => void talk.go((event as CustomEvent<string | undefined>).detail ?? undefined),
    );
    view.addEventListener("stop", () => talk.stop());
    view.addEventListener("settings", (event) => {
      view.settings = (event as CustomEvent).detail;
    });
    view.addEventListener("copytext", (event) => {
      const { given = "", added = "" } = view.written ?? {};
      copy(given + added, (event as CustomEvent<HTMLElement>).detail);
    });
  }

  render(on: WorkplaceEvents): TemplateResult {
    const { info } = this.#model;
    const remove = async () => {
      this.#removed = (await on.remove?.()) ?? false;
      this.#refresh();
    };
    return html`
      <div class="workplace" data-ready>
        <div class="lead">
          <div data-slot="headline"></div>
          <p>${sharingSentence(info)}</p>
        </div>
        <div class="about">
          <p class="name"><b>${this.#name}</b></p>
          <div data-slot="facts"></div>
          <p class="kept" data-storage=${this.#removed ? "memory" : info.storage}>${this.#storage(info)}</p>
          <p class="row">
            ${info.storage === "opfs" && !this.#removed && on.remove ? html`<button type="button" data-own="remove" @click=${remove}>Remove from this browser</button>` : ""}
            <button type="button" data-own="close" @click=${on.close}>Close</button>
          </p>
        </div>
        <section class="talk" aria-label=${this.#chats ? "Chat" : "Continue a text"}>
          ${this.#chats ? html`<onehead-chat></onehead-chat>` : html`<onehead-continuer></onehead-continuer>`}
        </section>
        ${picturesTemplate("own")}
      </div>
    `;
  }

  #storage(info: ModelInfo): string {
    if (this.#removed) return "Removed: it is in memory until you close it.";
    if (info.storage === "opfs") return `Kept in this browser (${bytes(info.fileBytes)}): opens without a network.`;
    const { storageReason } = info;
    return `In memory only.${storageReason ? ` ${storageReason}` : ""}`;
  }
}

/** The headline's second sentence, for the way this model shares. */
export function sharingSentence({ nQueryHeads, nKvHeads }: { nQueryHeads: number; nKvHeads: number }): string {
  const kind = sharing({ nQueryHeads, nKvHeads });
  const size = nQueryHeads / nKvHeads;
  const how = {
    MQA: "all its heads read the same keys and values",
    GQA: `every ${numberWord(size)} ${plural(size, "head")} read the same keys and values`,
    MHA: "each head has keys and values of its own",
  }[kind];
  return `That is ${SHARING_NAMES[kind]}: ${how}.`;
}
