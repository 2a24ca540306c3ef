// Draws the pictures of a text: follows it while it is written, and looks into it when it rests.

import type { Model, Session, Timings, Token } from "onehead";
import { spanishWords } from "../models/tokens";
import { at, placeOf, type Run } from "../run/run";
import { drawMaps, drawModel, drawText } from "./draw";
import { drawable, foldedRun, isKnown, rowOf, STRETCH, type Stretch, stretchUntil } from "./fold";
import { CANDIDATES, candidatesOf, inspect, inspectNext, isHarmless, traceOptions } from "./inspect";
import { Passage } from "./passage";
import { headPages, type Shape, shapeOf } from "./shape";
import { explain } from "./words";

/** While a text is written it is drawn so often, and no more. */
const DRAW_MS = 160;

export interface StudyOptions {
  /** The layer that is drawn first. */
  readonly layer?: number | undefined;
  /** Show the step at which the model began to answer, not its last word. */
  readonly beginning?: boolean;
  /** Called whenever something is drawn. */
  readonly drawn?: (passage: Passage) => void;
}

export class Study {
  readonly #root: HTMLElement;
  readonly #model: Model;
  readonly #shape: Shape;
  readonly #pages;
  readonly #note: (text: string) => void;
  readonly #options: StudyOptions;
  #session: Session | undefined;
  #passage: Passage;
  #page = 0;
  #writing = false;
  #watching = true;
  #separated = false;
  #timings: Timings | undefined;
  /** Where the drawn stretch ends; undefined: with the text. */
  #end: number | undefined;
  #pinned: number | undefined;
  #preview: number | undefined;
  #work: AbortController | undefined;
  #looking: Promise<void> = Promise.resolve();
  #timer = 0;
  #drawnMaps: Run | undefined;
  #run: Run | undefined;
  /** What #run was made of. */
  #runKey = "";
  #stretch: Stretch = { begin: 0, end: 0 };

  /** `note` says in words what keeps a picture from being drawn. */
  constructor(root: HTMLElement, model: Model, note: (text: string) => void, options: StudyOptions = {}) {
    this.#root = root;
    this.#model = model;
    this.#note = note;
    this.#options = options;
    this.#shape = shapeOf(model.info);
    this.#pages = headPages(this.#shape);
    this.#passage = new Passage({ layer: options.layer ?? defaultLayer(this.#shape), heads: at(this.#pages, 0) });
    this.paint();
  }

  get passage(): Passage {
    return this.#passage;
  }

  /** What a generation has to record for the pictures. */
  get recording() {
    if (!this.#watching) return {};
    return { candidates: CANDIDATES, trace: { ...traceOptions(this.#passage.look), queries: "last" as const } };
  }

  /** Another text: nothing of the last one is left, but for its pictures, with `keep`, until there are new ones. */
  reset(session: Session | undefined, { keep = false } = {}): void {
    this.#work?.abort();
    this.#session = session;
    this.#passage = new Passage(this.#passage.look);
    this.#run = undefined;
    this.#timings = undefined;
    this.#end = undefined;
    this.#pinned = undefined;
    this.#preview = undefined;
    this.#writing = false;
    if (!keep) this.#root.classList.remove("drawn");
    this.paint();
  }

  /** A text that is there already: the session reads it. What the model said begins at `border`. */
  async lay(ids: readonly number[], border: number, signal: AbortSignal): Promise<void> {
    const passage = this.#passage;
    const trace = await this.#session?.trace(ids, { ...traceOptions(passage.look), queries: "last", signal });
    if (trace === undefined) return;
    passage.take(trace);
    passage.border = border;
  }

  /** The text goes on. Resolves when the session is free: a look into it may have been under way. */
  async startWriting(): Promise<void> {
    this.#work?.abort();
    this.#writing = true;
    this.#end = undefined;
    this.#pinned = undefined;
    this.#preview = undefined;
    this.paint();
    await this.#looking;
  }

  /** A token has come. */
  take(token: Token): void {
    const { trace } = token;
    if (trace === undefined) return;
    const passage = this.#passage;
    passage.take(trace);
    const last = trace.positions.at(-1) ?? passage.tokens.length - 1;
    if (token.index === 0) passage.border = last + 1;
    passage.cut(last + 1);
    passage.push({ id: token.id, text: token.text, control: false });
    passage.setNext(last, candidatesOf(token.candidates));
    if (this.#timer === 0) this.#timer = window.setTimeout(() => this.paint(), DRAW_MS);
  }

  /** The text rests: what is not known of it yet is looked up. */
  async rest(timings: Timings | undefined): Promise<void> {
    this.#writing = false;
    this.#timings = timings;
    if (this.#session) this.#passage.cut(this.#session.position);
    await this.#lookUp();
  }

  /** Fills in what the chosen stretch and word lack, and draws; one at a time. */
  #lookUp(): Promise<void> {
    this.#work?.abort();
    this.paint();
    if (this.#writing || !this.#watching || !this.#session || this.#passage.tokens.length < 2) return Promise.resolve();
    const own = new AbortController();
    this.#work = own;
    this.#looking = this.#looking.then(() => this.#lookInto(own));
    return this.#looking;
  }

  async #lookInto(own: AbortController): Promise<void> {
    const session = this.#session;
    const passage = this.#passage;
    if (own.signal.aborted || session === undefined) return;
    const stretch = this.#wanted();
    try {
      if (!isKnown(passage, stretch)) {
        this.#root.setAttribute("aria-busy", "true");
        await inspect(session, passage, stretch, own.signal);
        this.paint();
      }
      const target = this.#target();
      if (target !== undefined && !passage.next.has(target - 1)) {
        await inspectNext(session, passage, target - 1, own.signal);
        this.paint();
      }
      this.#note("");
    } catch (error) {
      if (own.signal.aborted) return;
      this.#note(
        isHarmless(error)
          ? "There is not enough room to look into this text once more, so not all of it can be drawn."
          : explain(error),
      );
    } finally {
      if (this.#work === own) this.#root.removeAttribute("aria-busy");
    }
  }

  #wanted(): Stretch {
    return stretchUntil(Math.min(this.#end ?? Number.POSITIVE_INFINITY, this.#passage.tokens.length));
  }

  /** The place whose choosing is drawn. */
  #target(): number | undefined {
    const { begin, end } = this.#stretch;
    const known = (place: number | undefined): place is number =>
      place !== undefined && place > begin && place < end && this.#passage.rows.get(place - 1)?.reads !== undefined;
    const first = this.#options.beginning ? this.#passage.border : undefined;
    for (const place of [this.#preview, this.#pinned, first]) if (known(place)) return place;
    if (!this.#writing && this.#run) {
      const words = spanishWords(this.#run).filter(({ text }) => /\p{L}/u.test(text));
      for (const word of words.reverse()) {
        const place = placeOf(this.#run, word.begin);
        if (known(place)) return place;
      }
    }
    for (let place = end - 1; place > begin; place--) if (known(place)) return place;
    return undefined;
  }

  choose(place: number): void {
    const again = this.#pinned === place;
    this.#preview = undefined;
    this.#pinned = again ? undefined : place;
    void this.#lookUp();
  }

  /** A piece of the shown word, by its row. */
  choosePiece(row: number): void {
    if (this.#run && row < this.#run.positions.length) this.choose(placeOf(this.#run, row));
  }

  letGo(): void {
    this.#pinned = undefined;
    this.paint();
  }

  preview(place: number | undefined): void {
    if (place === this.#preview) return;
    this.#preview = place;
    this.paint();
  }

  get isPinned(): boolean {
    return this.#pinned !== undefined;
  }

  /** Moves the drawn stretch over the text. */
  move(where: "before" | "after"): void {
    const { begin, end } = this.#stretch;
    const most = this.#passage.tokens.length;
    const next = where === "before" ? Math.max(begin + 2, Math.min(STRETCH, most)) : Math.min(end + STRETCH - 4, most);
    this.#end = next >= most ? undefined : next;
    this.#pinned = undefined;
    void this.#lookUp();
  }

  turn(layer: number, page = this.#page): void {
    const heads = this.#pages[page];
    if (heads === undefined || layer < 0 || layer >= this.#shape.nLayers) return;
    this.#page = page;
    this.#passage.turn({ layer, heads });
    if (this.#writing) this.#note(`Layer ${layer + 1} is drawn as soon as the text rests.`);
    void this.#lookUp();
  }

  get layer(): number {
    return this.#passage.look.layer;
  }

  separate(on: boolean): void {
    this.#separated = on;
    this.#root.style.setProperty("--outlines", on ? String(this.#shape.nQueryHeads / this.#shape.nKvHeads - 1) : "0");
    this.paint();
  }

  /** Without watching, the model writes at its full speed and nothing is drawn. */
  watch(on: boolean): void {
    this.#watching = on;
    this.#root.classList.toggle("unwatched", !on);
    if (on) void this.#lookUp();
    else this.#work?.abort();
  }

  stop(): void {
    this.#work?.abort();
    window.clearTimeout(this.#timer);
  }

  paint(): void {
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    const kvBytes = this.#session?.kvBytes ?? 0;
    this.#root.classList.toggle("writing", this.#writing);
    drawModel(this.#root, {
      info: this.#model.info,
      look: { shape: this.#shape, layer: this.layer, pages: this.#pages, page: this.#page },
      tokens: Math.max(1, this.#passage.tokens.length),
      timings: this.#timings,
      kvBytes,
      traced: this.#watching,
    });
    const run = this.#watching ? this.#foldedRun(kvBytes) : undefined;
    const target = run && this.#target();
    if (run === undefined || target === undefined) return;
    this.#root.classList.add("drawn");
    drawText(this.#root, {
      run,
      passage: this.#passage,
      stretch: this.#stretch,
      after: Math.max(0, this.#passage.tokens.length - this.#wanted().end),
      target,
      pinned: this.#preview === undefined && this.#pinned !== undefined,
      separated: this.#separated,
    });
    if (run.finished && isKnown(this.#passage, this.#stretch)) {
      drawMaps(this.#root, run, rowOf(this.#stretch, target), this.#drawnMaps === run);
      this.#drawnMaps = run;
    }
    this.#options.drawn?.(this.#passage);
  }

  /** The stretch as a run, made anew only if anything of it has changed. */
  #foldedRun(kvBytes: number): Run | undefined {
    const passage = this.#passage;
    const stretch = drawable(passage, this.#wanted());
    if (stretch.end - stretch.begin < 2) return undefined;
    this.#stretch = stretch;
    const finished = !this.#writing;
    const key = [passage.revision, stretch.begin, stretch.end, finished, kvBytes].join();
    if (this.#run === undefined || this.#runKey !== key) {
      const { kvBytesPerToken } = this.#model.info;
      this.#run = foldedRun(passage, this.#shape, stretch, { finished, kvBytes, kvBytesPerToken });
      this.#runKey = key;
    }
    return this.#run;
  }
}

/** A third of the way up, heads already look for words and not only for neighbours. */
const defaultLayer = ({ nLayers }: Shape): number => Math.floor(nLayers / 3);
