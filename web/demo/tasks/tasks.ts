// The tasks beside translation: a chunk of its own, fetched when one of them is chosen.

import "./tasks.css";
import type { Model } from "onehead";
import { questions } from "./questions";
import { sentiment } from "./sentiment";
import { stories } from "./stories";
import type { Task } from "./task";
import { TaskView } from "./task_view";

const TASKS = { classify: sentiment, answer: questions, complete: stories } as const;

/** Puts a task's element into its panel. */
export function openTask(
  panel: HTMLElement,
  name: keyof typeof TASKS,
  model: Model,
  say: (text: string) => void,
): TaskView {
  if (customElements.get("onehead-task") === undefined) customElements.define("onehead-task", TaskView);
  const view = document.createElement("onehead-task");
  view.task = TASKS[name] as Task<unknown>;
  view.model = model;
  view.say = say;
  view.classList.add("workplace");
  panel.replaceChildren(view);
  return view;
}
