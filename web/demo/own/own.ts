// "Bring your own model": choosing, weighing, loading, then talking to it. Each step says what went wrong where it did.

import "./styles/own.css";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { load, type Model } from "onehead";
import { listModels, removeModel, type StoredModel } from "onehead/storage";
import { Chat } from "./chat";
import { chooseTemplate } from "./choose";
import { Continuer } from "./continuer";
import { verdict } from "./fits";
import { type LocalModel, localModels } from "./local_models";
import { Speedometer } from "./quantity";
import { deviceBytes, roomBytes, type Weighed, weigh, weighWith } from "./shelf";
import { type Source, sourceName } from "./source";
import { progressTemplate, weighTemplate } from "./weigh_view";
import { explain, explainRemoval } from "./words";
import { Workplace } from "./workplace";

type State =
  | { readonly phase: "choose" }
  | { readonly phase: "weighing"; readonly source: Source }
  | { readonly phase: "weighed"; readonly source: Source; readonly weighed: Weighed; readonly room: number | undefined }
  | {
      readonly phase: "loading";
      readonly source: Source;
      readonly loaded: number;
      readonly total: number | undefined;
      readonly bytesPerSecond: number | undefined;
    }
  | { readonly phase: "ready"; readonly source: Source; readonly model: Model };

export class Own extends LitElement {
  static override properties = {
    state: { state: true },
    problem: { state: true },
    address: { state: true },
    addressProblem: { state: true },
    context: { state: true },
    kept: { state: true },
    local: { state: true },
  };
  declare state: State;
  /** What went wrong last, in a sentence. */
  declare problem: string;
  declare address: string;
  declare addressProblem: string;
  declare context: number;
  declare kept: readonly StoredModel[];
  declare local: readonly LocalModel[];
  #work: AbortController | undefined;
  #workplace: Workplace | undefined;

  constructor() {
    super();
    this.state = { phase: "choose" };
    this.problem = "";
    this.address = "";
    this.addressProblem = "";
    this.context = 0;
    this.kept = [];
    this.local = [];
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#refresh();
    localModels(document.baseURI).then(
      (local) => {
        this.local = local;
      },
      () => {},
    );
  }

  #refresh(): void {
    listModels().then(
      (kept) => {
        this.kept = kept;
      },
      () => {},
    );
  }

  /** Begins another piece of work and ends the one before. */
  #begin(): AbortController {
    this.#work?.abort();
    this.#work = new AbortController();
    this.problem = "";
    this.addressProblem = "";
    return this.#work;
  }

  #fail(work: AbortController, error: unknown, back: State): void {
    if (this.#work !== work) return;
    this.state = back;
    this.problem = work.signal.aborted ? "" : explain(error);
  }

  /** Says how much a model takes. */
  async choose(source: Source): Promise<void> {
    const work = this.#begin();
    this.#leave();
    this.state = { phase: "weighing", source };
    try {
      const [weighed, room] = await Promise.all([weigh(source, work.signal), roomBytes()]);
      if (this.#work !== work) return;
      this.context = weighed.context;
      this.state = { phase: "weighed", source, weighed, room };
      await this.updateComplete;
      this.querySelector<HTMLElement>('[data-own="load"]')?.focus();
    } catch (error) {
      this.#fail(work, error, { phase: "choose" });
    }
  }

  /** The same model with another context. */
  async #reweigh(before: Extract<State, { phase: "weighed" }>, context: number): Promise<void> {
    const work = this.#begin();
    this.context = context;
    try {
      const weighed = await weighWith(before.source, before.weighed.longest, context, work.signal);
      if (this.#work === work) this.state = { ...before, weighed };
    } catch (error) {
      this.#fail(work, error, { phase: "choose" });
    }
  }

  async #load(before: Extract<State, { phase: "weighed" }>): Promise<void> {
    const { source, weighed } = before;
    const work = this.#begin();
    const speed = new Speedometer();
    const progress = (loaded: number, total: number | undefined) => {
      if (this.#work !== work || work.signal.aborted) return;
      this.state = { phase: "loading", source, loaded, total, bytesPerSecond: speed.mark(loaded, performance.now()) };
    };
    progress(0, weighed.fileBytes);
    try {
      const model = await load(source.kind === "file" ? source.file : source.url, {
        contextLength: this.context,
        signal: work.signal,
        onProgress: ({ phase, loaded, total }) => {
          if (phase === "model") progress(loaded, total ?? weighed.fileBytes);
        },
      });
      if (this.#work !== work) return model.dispose();
      this.state = { phase: "ready", source, model };
      this.#workplace = new Workplace(model, sourceName(source), () => this.requestUpdate());
    } catch (error) {
      this.#fail(work, error, { phase: "weighed", source, weighed, room: before.room });
      if (work.signal.aborted) void this.choose(source);
    }
    this.#refresh();
  }

  /** Lets the loaded model go. */
  #leave(): void {
    if (this.state.phase !== "ready") return;
    this.#workplace?.dispose();
    this.#workplace = undefined;
    this.state.model.dispose();
  }

  #back(): void {
    this.#begin();
    this.#leave();
    this.state = { phase: "choose" };
    this.#refresh();
  }

  /** Whether nothing of it is kept any more. */
  async #remove(url: string): Promise<boolean> {
    this.problem = "";
    try {
      await removeModel(url);
      return true;
    } catch (error) {
      this.problem = explainRemoval(error);
      return false;
    } finally {
      this.#refresh();
    }
  }

  protected override render(): TemplateResult {
    const { state } = this;
    this.dataset.phase = state.phase;
    return html`
      ${state.phase === "ready" ? nothing : this.#lead()}
      <p class="problem" role="alert" data-problem>${this.problem}</p>
      ${this.#step(state)}
    `;
  }

  protected override updated(): void {
    const root = this.querySelector<HTMLElement>(".workplace");
    if (root !== null && this.#workplace?.start(root)) root.querySelector<HTMLElement>("textarea")?.focus();
  }

  #lead(): TemplateResult {
    return html`<div class="lead">
      <h1>Bring your own model.</h1>
      <p>A GGUF file of the llama or Gemma family runs in this tab as it is. Talk to it, and see what its heads read.</p>
    </div>`;
  }

  #step(state: State): TemplateResult {
    switch (state.phase) {
      case "choose":
        return chooseTemplate(this, {
          choose: (source) => void this.choose(source),
          address: (text) => {
            this.address = text;
          },
          remove: (kept) => void this.#remove(kept.url),
          addressProblem: (text) => {
            this.addressProblem = text;
          },
        });
      case "weighing":
        return html`<div class="card"><h2>${sourceName(state.source)}</h2><p>Looking it up …</p>
          <p class="row"><button type="button" data-own="cancel" @click=${() => this.#back()}>Cancel</button></p></div>`;
      case "weighed":
        return weighTemplate(
          {
            name: sourceName(state.source),
            weighed: state.weighed,
            context: this.context,
            here: state.source.kind === "file",
            verdict: verdict({
              memoryBytes: state.weighed.memoryBytes,
              downloadBytes: state.weighed.downloadBytes,
              roomBytes: state.room,
              deviceBytes: deviceBytes(),
            }),
          },
          {
            context: (length) => void this.#reweigh(state, length),
            load: () => void this.#load(state),
            back: () => this.#back(),
          },
        );
      case "loading":
        return progressTemplate(
          { ...state, name: sourceName(state.source), fetching: state.source.kind === "address" },
          () => this.#work?.abort(),
        );
      case "ready":
        return (this.#workplace as Workplace).render({
          close: () => this.#back(),
          remove:
            state.source.kind === "address" ? () => this.#remove((state.source as { url: string }).url) : undefined,
        });
    }
  }
}

/** Puts the element into its place on the page. */
export function openOwn(place: HTMLElement): Own {
  customElements.define("onehead-chat", Chat);
  customElements.define("onehead-continuer", Continuer);
  customElements.define("onehead-own", Own);
  const element = document.createElement("onehead-own");
  place.replaceChildren(element);
  return element;
}

declare global {
  interface HTMLElementTagNameMap {
    "onehead-own": Own;
  }
}
