// What a chosen model will take, before it is loaded; and how far it has come.

import { html, nothing, type TemplateResult } from "lit";
import { grouped } from "../models/words";
import { contextChoices, type Verdict } from "./fits";
import { bytes, duration } from "./quantity";
import type { Weighed } from "./shelf";

export interface WeighModel {
  readonly name: string;
  readonly weighed: Weighed;
  /** Chosen, and perhaps not weighed yet. */
  readonly context: number;
  /** The file is on this device, not at an address. */
  readonly here: boolean;
  readonly verdict: Verdict;
}

export interface WeighEvents {
  readonly context: (length: number) => void;
  readonly load: () => void;
  readonly back: () => void;
}

export function weighTemplate(model: WeighModel, on: WeighEvents): TemplateResult {
  const { name, weighed, context, verdict } = model;
  const { downloadBytes, memoryBytes, longest } = weighed;
  const known = weighed.context === context;
  return html`
    <div class="card" data-phase="weighed">
      <h2>${name}</h2>
      <dl class="facts-list">
        <div><dt>Download</dt><dd data-download=${downloadBytes}>${toFetch(weighed, model.here)}</dd></div>
        <div><dt>Memory</dt><dd data-memory=${memoryBytes}>${known ? `${bytes(memoryBytes)}, with its context full` : "…"}</dd></div>
      </dl>
      <label>Context
        <select data-own="context" @change=${(event: Event) => on.context(Number((event.target as HTMLSelectElement).value))}>
          ${contextChoices(longest).map(
            (length) =>
              html`<option value=${length} ?selected=${length === context}>${grouped(length)} tokens</option>`,
          )}
        </select>
        <span class="note">How much text it keeps in view. Most words are one or two tokens.</span></label>
      <p class="verdict ${verdict.level}" data-verdict=${verdict.level} role="status">${verdict.text}</p>
      <p class="row">
        <button type="button" class="strong" data-own="load" ?disabled=${verdict.level === "cannot" || !known} @click=${on.load}>Load it</button>
        <button type="button" data-own="back" @click=${on.back}>Choose another</button>
      </p>
    </div>
  `;
}

function toFetch({ downloadBytes, fileBytes }: Weighed, here: boolean): string {
  if (here) return `nothing: the file (${bytes(fileBytes)}) is on this device`;
  if (downloadBytes === 0) return `nothing: this browser has kept it (${bytes(fileBytes)})`;
  return `${bytes(downloadBytes)}${fileBytes > downloadBytes ? ` of ${bytes(fileBytes)}: the rest is here already` : ""}`;
}

export interface ProgressModel {
  readonly name: string;
  readonly loaded: number;
  readonly total: number | undefined;
  readonly bytesPerSecond: number | undefined;
  readonly fetching: boolean;
}

export function progressTemplate(model: ProgressModel, cancel: () => void): TemplateResult {
  const { loaded, total, bytesPerSecond } = model;
  const left = total !== undefined && bytesPerSecond ? duration((total - loaded) / bytesPerSecond) : "";
  return html`
    <div class="card" data-phase="loading">
      <h2>${model.name}</h2>
      <progress max="1" value=${total === undefined ? nothing : Math.min(1, loaded / total)} aria-label="Loading ${model.name}"></progress>
      <p data-progress>
        ${bytes(loaded)}${total === undefined ? "" : ` of ${bytes(total)}`}${
          bytesPerSecond === undefined ? "" : ` · ${bytes(bytesPerSecond)} a second`
        }${left === "" ? "" : ` · ${left} left`}
      </p>
      <p class="row">
        <button type="button" data-own="cancel" @click=${cancel}>Cancel</button>
      </p>
      ${model.fetching ? html`<p class="note">If you cancel, what has come is kept where the browser can keep it, and loading goes on there next time.</p>` : nothing}
    </div>
  `;
}
