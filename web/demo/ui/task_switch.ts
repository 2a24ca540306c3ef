// The tasks of the loaded model as tabs. The translator comes with the page; what the others need is fetched when one of
// them is chosen. A model with one task has no tabs.

import type { Model } from "onehead";
import type { TaskView } from "../tasks/task_view";
import { isOwn } from "./views";

/** By the names that a model's file has for them. */
const TITLES = { translate: "Translate", classify: "Sentiment", answer: "Questions", complete: "Stories" } as const;

export type TaskName = keyof typeof TITLES;

/** The task that an address names. */
export function taskOf(hash: string): TaskName {
  const name = new URLSearchParams(hash.replace(/^#/, "")).get("task") ?? "";
  return Object.hasOwn(TITLES, name) ? (name as TaskName) : "translate";
}

/** Tasks whose prompt stands in the model's file. */
export const tasksOf = (metadata: Readonly<Record<string, unknown>>): TaskName[] =>
  (Object.keys(TITLES) as TaskName[]).filter((name) => typeof metadata[`onehead.task.${name}.prompt`] === "string");

export interface TaskPlaces {
  readonly tabs: HTMLElement;
  /** The link to this side of the page: it is the translator's no longer. */
  readonly title: HTMLElement;
  /** The translator's pictures; those of the other tasks come after it. */
  readonly panel: HTMLElement;
  /** The translator's address. */
  readonly address: () => string;
  readonly say: (text: string) => void;
  /** Called when the visitor leaves the translator. */
  readonly leave: () => void;
}

export function followTasks(model: Model, { tabs, title, panel, address, say, leave }: TaskPlaces): void {
  const tasks = tasksOf(model.info.metadata);
  if (tasks.length < 2) return;
  const buttons = tasks.map((name) => tab(name, tabs));
  const panels = new Map(tasks.map((name) => [name, panelOf(name, panel)] as const));
  const views = new Map<TaskName, TaskView>();

  const load = async (name: Exclude<TaskName, "translate">, place: HTMLElement) => {
    try {
      const { openTask } = await import("../tasks/tasks");
      const view = views.get(name) ?? openTask(place, name, model, say);
      if (!views.has(name)) {
        view.addEventListener("asked", () => {
          if (taskOf(location.hash) === name) history.replaceState(null, "", view.address);
        });
        views.set(name, view);
      }
      view.open(location.hash);
    } catch {
      place.textContent = "This part of the page could not be fetched. Go online, then choose it again.";
    }
  };
  const show = () => {
    if (isOwn(location.hash)) return;
    const asked = taskOf(location.hash);
    const chosen = tasks.includes(asked) ? asked : "translate";
    document.body.dataset.task = chosen;
    for (const button of buttons) {
      const selected = button.dataset.task === chosen;
      button.setAttribute("aria-selected", String(selected));
      button.tabIndex = selected ? 0 : -1;
    }
    for (const [name, element] of panels) element.hidden = name !== chosen;
    if (chosen === "translate") return;
    leave();
    void load(chosen, panels.get(chosen) as HTMLElement);
  };
  const choose = (name: TaskName) => {
    if (name === document.body.dataset.task) return;
    history.pushState(null, "", name === "translate" ? address() : (views.get(name)?.address ?? `#task=${name}`));
    show();
  };
  tabs.addEventListener("click", (event) => {
    const name = (event.target as Element).closest<HTMLElement>("[data-task]")?.dataset.task;
    if (name !== undefined) choose(name as TaskName);
  });
  tabs.addEventListener("keydown", (event) => {
    const from = buttons.indexOf(event.target as HTMLButtonElement);
    const to = buttons[destination(event.key, from, buttons.length)];
    if (from < 0 || to === undefined) return;
    event.preventDefault();
    to.focus();
    choose(to.dataset.task as TaskName);
  });
  window.addEventListener("hashchange", show);
  tabs.hidden = false;
  title.textContent = "One tiny model";
  show();
}

function tab(name: TaskName, tabs: HTMLElement): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.id = `tab-${name}`;
  button.textContent = TITLES[name];
  button.dataset.task = name;
  button.setAttribute("role", "tab");
  button.setAttribute("aria-controls", `panel-${name}`);
  tabs.append(button);
  return button;
}

function panelOf(name: TaskName, translator: HTMLElement): HTMLElement {
  const element = name === "translate" ? translator : document.createElement("div");
  element.id = `panel-${name}`;
  element.setAttribute("role", "tabpanel");
  element.setAttribute("aria-labelledby", `tab-${name}`);
  if (element !== translator) {
    element.dataset.panel = name;
    element.hidden = true;
    (translator.parentElement?.querySelector(":scope > [data-panel]:last-of-type") ?? translator).after(element);
  }
  return element;
}

/** Which tab a key leads to, round and round; -1 for keys that lead nowhere. */
function destination(key: string, from: number, count: number): number {
  if (key === "ArrowRight") return (from + 1) % count;
  if (key === "ArrowLeft") return (from - 1 + count) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : -1;
}
