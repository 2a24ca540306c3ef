// The page: loads the model, translates what is typed, and draws what the model read.

import { load, type Model, type ModelInfo } from "onehead";
import { tiny } from "onehead-tiny";
import { type PageState, translation } from "./models/frame";
import { spanishWords } from "./models/tokens";
import { type Recording, recordedState } from "./recording";
import { translateText } from "./run/page_translator";
import { createAnnouncer } from "./ui/announcer";
import { Composer } from "./ui/composer";
import { copy } from "./ui/copying";
import { errorText, sentenceError } from "./ui/error_text";
import { createGuide } from "./ui/guide";
import { keepOffline } from "./ui/offline";
import { formatPermalink, parsePermalink, permalinkOf, wordTarget } from "./ui/permalink";
import { followPointer } from "./ui/pointing";
import { Status } from "./ui/status";
import { createStore } from "./ui/store";
import { followTasks, taskOf } from "./ui/task_switch";
import { Tour } from "./ui/tour";
import { followViews, isOwn } from "./ui/views";
import { followWordChoice } from "./ui/word_choice";

const WAITING = "The model is on its way. This is translated as soon as it is here.";

/** Time between two shown tokens, so that the ledger is seen to grow; the model itself is faster. */
const PACE_MS = 90;
/** No text is drawn out longer than about this. */
const LONGEST_MS = 8000;
/** Rough length of a token, for the above. */
const TOKEN_CHARACTERS = 3;

function find<T extends Element>(selector: string): T {
  const element = document.querySelector<T>(selector);
  if (element === null) throw new Error(`the page lacks ${selector}`);
  return element;
}

customElements.define("onehead-composer", Composer);
customElements.define("onehead-status", Status);
customElements.define("onehead-tour", Tour);

const composer = find<HTMLElementTagNameMap["onehead-composer"]>("onehead-composer");
const status = find<HTMLElementTagNameMap["onehead-status"]>("onehead-status");
const tour = find<HTMLElementTagNameMap["onehead-tour"]>("onehead-tour");
const inside = find<HTMLElement>(".inside");
const actions = find<HTMLElement>(".actions");
const stop = find<HTMLButtonElement>('[data-action="stop"]');
const separate = find<HTMLInputElement>('[data-action="separate"]');
const announcer = createAnnouncer(find("[data-live]"));
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

const recording = JSON.parse(find("#recorded").textContent ?? "") as Recording;
let link = parsePermalink(location.hash);
const store = createStore(document, recordedState(recording), follow);
const guide = createGuide(tour, store, !still.matches && location.hash === "");
let model: Model | undefined;
let running: AbortController | undefined;
/** What the visitor has asked for before the model was there; at first, what the page shows. */
let wanted = link.text ?? recording.run.source;

/** Things outside the views that follow the state. */
function follow(state: PageState): void {
  const heads = state.facts === undefined ? 1 : state.facts.nQueryHeads / state.facts.nKvHeads;
  inside.style.setProperty("--outlines", state.separated ? String(heads - 1) : "0");
  inside.classList.toggle(
    "writing",
    state.entries.some(({ run }) => run?.finished === false),
  );
  separate.checked = state.separated;
  const picker = document.querySelector<HTMLSelectElement>('[data-action="layer"]');
  const layer = document.querySelector<HTMLElement>(".layer")?.dataset.layer;
  if (picker !== null && layer !== undefined) picker.value = layer;
}

function facts(info: ModelInfo): PageState["facts"] {
  return {
    parameterCount: info.parameterCount,
    nLayers: info.nLayers,
    nQueryHeads: info.nQueryHeads,
    nKvHeads: info.nKvHeads,
    build: info.variant.startsWith("relaxed") ? "relaxed SIMD" : "SIMD",
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => window.setTimeout(resolve, ms));

/** `shown`: the visitor asked for it, so it is paced and announced. The first run replaces the recorded one at once. */
async function translateNow(text: string, shown: boolean): Promise<void> {
  wanted = text;
  if (model === undefined) {
    if (text !== recording.run.source) store.update({ entries: [{ source: text, notice: WAITING }] });
    return;
  }
  running?.abort();
  const own = new AbortController();
  running = own;
  stop.disabled = false;
  if (shown) {
    tour.cancel();
    announcer.clear();
    store.update({ pinned: undefined, preview: undefined, tour: undefined });
  }
  const paced = shown && !still.matches;
  // Without a pace, too, the page takes a turn between two steps: somebody may want to stop.
  const pace = () => pause(paced ? Math.min(PACE_MS, (LONGEST_MS * TOKEN_CHARACTERS) / text.length) : 0);
  try {
    for await (const entries of translateText(model, text, { signal: own.signal, explain: sentenceError, pace })) {
      const settled = entries.every(({ run }) => run === undefined || run.finished);
      if (shown || settled) store.update({ entries });
      const words = entries.flatMap(({ run, notice }) => {
        if (run === undefined) return notice === undefined ? [] : [notice];
        const all = spanishWords(run).map((word) => word.text);
        return run.finished ? all : all.slice(0, -1);
      });
      if (shown) announcer.words(words);
    }
    arrived(text);
  } catch (error) {
    if (own.signal.aborted) {
      if (running === own) stopped();
      return;
    }
    status.model = { phase: "failed", text: errorText(error) };
    announcer.say(errorText(error));
  } finally {
    if (running === own) {
      running = undefined;
      stop.disabled = true;
    }
  }
}

/** A whole text has been translated. */
function arrived(text: string): void {
  if (link.word !== undefined && text === link.text) {
    store.update({ pinned: wordTarget(store.state.entries, link.word) });
  }
  link = {};
  guide.prepare();
  if (wanted !== recording.run.source || location.hash !== "") rememberAddress();
}

/** Stopped by the visitor: what is there stays. */
function stopped(): void {
  const entries = store.state.entries.map((entry) =>
    entry.run === undefined ? entry : { ...entry, run: { ...entry.run, finished: true } },
  );
  store.update({ entries });
}

const address = () => formatPermalink(permalinkOf(store.state, wanted));

function rememberAddress(): void {
  if (isOwn(location.hash) || taskOf(location.hash) !== "translate") return; // the visitor is elsewhere
  history.replaceState(null, "", address());
}

/** A layer that the model has; others, as in an old link, are passed over. */
function chooseLayer(layer: number | undefined): void {
  if (layer !== undefined && model !== undefined && layer < model.info.nLayers) store.update({ layer });
}

async function start(): Promise<void> {
  status.model = { phase: "loading", loaded: 0 };
  try {
    model = await load(tiny, {
      store: "none", // it is one of the page's own files, which its service worker keeps
      onProgress: ({ phase, loaded, total }) => {
        if (phase === "model") status.model = { phase: "loading", loaded, total };
      },
    });
  } catch (error) {
    status.model = { phase: "failed", text: errorText(error) };
    announcer.say(errorText(error));
    return;
  }
  status.model = { phase: "ready" };
  const measured = model.info.metadata["onehead.task.translate.alignment_layer"];
  const alignmentLayer = typeof measured === "number" ? measured : recording.alignmentLayer;
  store.update({ facts: facts(model.info), alignmentLayer, layer: alignmentLayer });
  chooseLayer(link.layer);
  followTasks(model, {
    tabs: find("[data-tasks]"),
    title: find('[data-sides] a[href="#translator"]'),
    panel: find('[data-panel="translate"]'),
    address,
    say: announcer.say,
    leave: () => tour.cancel(),
  });
  await translateNow(wanted, wanted !== recording.run.source);
  keepOffline(find("[data-offline]"));
}

async function openTwins(place: HTMLElement): Promise<void> {
  try {
    (await import("./twins/twins")).openTwins(place, wanted, announcer.say);
  } catch {
    const failed = "The twins could not be fetched. Go online, then load the page again.";
    place.textContent = failed;
    announcer.say(failed);
  }
}

const announced = (outcome: string) => announcer.say(outcome);

composer.text = wanted;
composer.addEventListener("translate", (event) => translateNow((event as CustomEvent<string>).detail, true));
stop.addEventListener("click", () => running?.abort());
status.addEventListener("retry", () => (model === undefined ? start() : translateNow(wanted, true)));
separate.disabled = false;
actions.hidden = false;
followPointer(find<HTMLElement>("main"));
followWordChoice(find<HTMLElement>(".translator"), store, { pinned: rememberAddress });
followWordChoice(find<HTMLElement>(".story"), store, { pinned: rememberAddress });

document.addEventListener("change", (event) => {
  const target = event.target as HTMLElement;
  if (target === separate) store.update({ separated: separate.checked });
  if (target.matches('[data-action="layer"]')) {
    store.update({ layer: Number((target as HTMLSelectElement).value) });
    rememberAddress();
  }
});
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-action]");
  if (button?.dataset.action === "copy") void copy(translation(store.state.entries), button, announced);
  if (button?.dataset.action === "twins") void openTwins(find("[data-twins-place]"));
  if (button?.dataset.action === "link") {
    rememberAddress();
    void copy(location.href, button, announced);
  }
});
window.addEventListener("hashchange", () => {
  link = parsePermalink(location.hash);
  if (link.text === undefined) return;
  composer.text = link.text;
  chooseLayer(link.layer);
  composer.scrollIntoView({ block: "nearest" });
  void translateNow(link.text, true);
});

followViews({
  translator: find('[data-side="translator"]'),
  own: find('[data-side="own"]'),
  links: find("[data-sides]"),
  leave: () => tour.cancel(),
});
find<HTMLElement>("[data-invitation]").hidden = false;

guide.prepare();
store.update({});
void translateNow(wanted, false);
void start();
