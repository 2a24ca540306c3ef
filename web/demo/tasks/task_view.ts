// One task of the model: its fields and examples, the result as it comes, and the pictures of what was read for it.

import { html, LitElement, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Model, Session } from "onehead";
import { grouped } from "../models/words";
import { followLooking } from "../own/looking";
import { picturesTemplate } from "../own/pictures";
import { Study } from "../own/study";
import { copy } from "../ui/copying";
import { fill } from "../ui/slots";
import { asksToTranslate, Typing } from "../ui/typing";

import { explainTask } from "./explain";
import { type Part, readingModel } from "./reading";
import { reading } from "./reading_view";
import type { Task, Values } from "./task";

/** Longer texts are beyond any tiny model. */
const MOST_CHARACTERS = 4000;

export class TaskView extends LitElement {
  static override properties = {
    values: { state: true },
    result: { state: true },
    busy: { state: true },
    problem: { state: true },
    remark: { state: true },
    ms: { state: true },
  };
  declare values: Values;
  declare result: unknown;
  declare busy: boolean;
  /** What went wrong, in a sentence. */
  declare problem: string;
  declare remark: string;
  declare ms: number | undefined;
  task!: Task<unknown>;
  model!: Model;
  say: (text: string) => void = () => {};
  readonly #typing = new Typing(() => void this.#ask());
  #study: Study | undefined;
  #session: Session | undefined;
  #running: AbortController | undefined;
  #last: Promise<void> = Promise.resolve();
  #asked = "";
  #parts: readonly Part[] = [];

  constructor() {
    super();
    this.values = {};
    this.result = undefined;
    this.busy = false;
    this.problem = "";
    this.remark = "";
    this.ms = undefined;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** The address of what is shown. */
  get address(): string {
    const fields = new URLSearchParams({ task: this.task.name, ...this.values });
    return `#${fields.toString().replaceAll("+", "%20")}`;
  }

  /** Takes over what an address asks for; one that names the task alone leaves what stands there. */
  open(hash: string): void {
    const fields = new URLSearchParams(hash.replace(/^#/, ""));
    const names = [...this.task.fields.map(({ name }) => name), "seed"];
    const given = names.flatMap((name) => (fields.has(name) ? [[name, fields.get(name) ?? ""] as const] : []));
    if (given.length > 0) this.values = Object.fromEntries(given);
    else if (Object.keys(this.values).length === 0) this.values = this.task.examples[0] ?? {};
    if (this.#asked !== this.address) void this.#ask();
  }

  get #complete(): boolean {
    return this.task.fields.every(({ name, optional }) => optional || (this.values[name] ?? "").trim() !== "");
  }

  async #ask(): Promise<void> {
    this.#typing.stop();
    if (!this.#complete) return;
    this.#running?.abort();
    const own = new AbortController();
    this.#running = own;
    this.#asked = this.address;
    this.dispatchEvent(new CustomEvent("asked"));
    await this.updateComplete; // the places of the pictures
    this.#last = this.#last.then(() => this.#run(own));
    await this.#last;
  }

  async #run(own: AbortController): Promise<void> {
    const { signal } = own;
    if (signal.aborted) return;
    const { model, task } = this;
    this.busy = true;
    this.problem = "";
    this.remark = "";
    let started = performance.now();
    let shown = false;
    let timings: Parameters<Study["rest"]>[0];
    try {
      this.#study ??= this.#makeStudy();
      const study = this.#study;
      const session = await model.createSession();
      study.reset(session, { keep: true });
      this.#session?.dispose();
      this.#session = session;
      this.#parts = [];
      await study.startWriting();
      signal.throwIfAborted();
      started = performance.now();
      const ran = await task.run(model, this.values, {
        signal,
        recording: study.recording,
        take: (token) => study.take(token),
        show: (result) => {
          shown = true;
          this.result = result;
        },
      });
      this.ms = performance.now() - started;
      this.remark = ran.remark ?? "";
      this.#parts = ran.parts ?? [];
      timings = ran.timings;
      if (ran.text) await study.lay(ran.text.ids, ran.text.border, signal);
      this.say(`${task.heading}: ${task.plain(ran.result)}`);
    } catch (error) {
      this.ms = undefined;
      if (signal.aborted) this.remark = "Stopped.";
      else {
        this.problem = explainTask(error);
        this.say(this.problem);
      }
      // What stands there is another text's.
      if (!signal.aborted || (!shown && this.#running === own)) this.result = undefined;
    }
    if (this.#running === own) this.busy = false;
    await this.#look(timings, own);
  }

  /** The pictures of what has been said, whole or stopped. */
  async #look(timings: Parameters<Study["rest"]>[0], own: AbortController): Promise<void> {
    const study = this.#study;
    const session = this.#session;
    if (study === undefined || session === undefined) return;
    if (this.problem !== "") return study.reset(session);
    if (this.#running !== own) return; // another text is about to be read
    const { contextLength } = this.model.info;
    const unread = study.passage.tokens.slice(session.position, contextLength).map(({ id }) => id);
    try {
      if (unread.length > 0) await session.append(unread, { signal: own.signal.aborted ? undefined : own.signal });
      await study.rest(timings);
    } catch (error) {
      if (!own.signal.aborted) this.problem = explainTask(error);
    }
  }

  #makeStudy(): Study {
    const { model, task } = this;
    const { metadata, nLayers } = model.info;
    const measured = [task.name, "translate"].map((name) => metadata[`onehead.task.${name}.alignment_layer`]);
    const layer = measured.find((value) => typeof value === "number" && value < nLayers);
    const note = this.querySelector<HTMLElement>("[data-look-note]") as HTMLElement;
    const study = new Study(
      this,
      model,
      (text) => {
        note.textContent = text;
      },
      {
        layer: layer as number | undefined,
        beginning: task.beginning,
        drawn: (passage) => {
          const drawing = readingModel(passage, this.#parts);
          if (drawing) fill(this, "reading", reading(drawing, { document }));
        },
      },
    );
    followLooking(this, study);
    return study;
  }

  #changed(name: string, event: Event): void {
    this.values = { ...this.values, [name]: (event.target as HTMLTextAreaElement).value };
    if (!this.task.starts) this.#typing.changed();
  }

  #submit(event: Event): void {
    event.preventDefault();
    void this.#ask();
  }

  #key(event: KeyboardEvent): void {
    if (!asksToTranslate(event)) return;
    event.preventDefault();
    void this.#ask();
  }

  #take(values: Values): void {
    this.values = values;
    void this.#ask();
  }

  protected override render(): TemplateResult {
    const { task, result, busy } = this;
    this.dataset.busy = String(busy);
    const remark = this.#complete ? "" : "Nothing to read yet: type something, or take one of these.";
    return html`
      <section class="translator" aria-label=${task.title}>
        <form class="ask" @submit=${this.#submit}>
          ${task.fields.map(
            ({ name, label, rows }) => html`
              <label for="${task.name}-${name}">${label}</label>
              <textarea
                id="${task.name}-${name}"
                lang="en"
                rows=${rows}
                maxlength=${MOST_CHARACTERS}
                autocomplete="off"
                enterkeyhint="go"
                .value=${live(this.values[name] ?? "")}
                @input=${(event: Event) => this.#changed(name, event)}
                @keydown=${this.#key}
                @compositionstart=${() => this.#typing.compose()}
                @compositionend=${() => this.#typing.composed()}
              ></textarea>
            `,
          )}
          <p class="remark">${remark}</p>
          <div class="chips">
            ${task.examples.map(
              (values) =>
                html`<button type="button" data-example @click=${() => this.#take(values)}>${task.exampleLabel(values)}</button>`,
            )}
          </div>
        </form>
        <div class="output">
          <div class="output-head">
            <h2>${task.heading}</h2>
            <p class="origin live">${this.#origin}</p>
            <p class="actions">
              ${this.#starts()}
              <button type="button" data-task-action="stop" ?disabled=${!busy} @click=${() => this.#running?.abort()}>Stop</button>
              <button type="button" ?disabled=${result === undefined} @click=${(event: Event) => this.#copy(task.plain(result), event)}>Copy</button>
              <button type="button" @click=${(event: Event) => this.#copy(new URL(this.address, location.href).href, event)}>Copy link</button>
            </p>
          </div>
          <div class="result" data-result>
            ${this.problem ? html`<p class="problem" data-problem>${this.problem}</p>` : nothing}
            ${result === undefined ? nothing : task.view(result, busy)}
          </div>
          ${this.remark ? html`<p class="note" data-remark>${this.remark}</p>` : nothing}
          <p class="note">A small model: it errs. Nothing you type leaves this tab.</p>
        </div>
      </section>
      ${picturesTemplate(task.name, task.pictures)}
    `;
  }

  #starts(): TemplateResult | typeof nothing {
    const { starts } = this.task;
    if (!starts) return nothing;
    const again = this.#asked === this.address;
    return html`<button type="button" class="strong" data-task-action="start" ?disabled=${this.busy} @click=${() =>
      this.#take(again ? starts.next(this.values) : this.values)}>${again ? starts.nextLabel : starts.label}</button>`;
  }

  get #origin(): string {
    if (this.busy) return "computing in your tab";
    if (this.ms === undefined) return "";
    return `computed in your tab, ${grouped(Math.max(1, Math.round(this.ms)))} ms`;
  }

  #copy(text: string, event: Event): void {
    void copy(text, event.currentTarget as HTMLElement, this.say);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "onehead-task": TaskView;
  }
}
