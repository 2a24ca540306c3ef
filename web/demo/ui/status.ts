// How far the model has come, or why it does not come.

import { html, LitElement, nothing, type TemplateResult } from "lit";

export type StatusModel =
  | { readonly phase: "loading"; readonly loaded: number; readonly total?: number | undefined }
  | { readonly phase: "ready" }
  | { readonly phase: "failed"; readonly text: string };

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

export class Status extends LitElement {
  static override properties = { model: { attribute: false } };
  declare model: StatusModel | undefined;

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren();
    return this;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { model } = this;
    this.dataset.phase = model?.phase ?? "none";
    if (model === undefined || model.phase === "ready") return nothing;
    if (model.phase === "failed") {
      return html`<span class="error" data-error>${model.text}</span>
        <button type="button" @click=${() => this.dispatchEvent(new CustomEvent("retry"))}>Try again</button>`;
    }
    const { loaded, total } = model;
    const share = total === undefined ? nothing : Math.min(1, loaded / total);
    return html`<progress max="1" value=${share} aria-label="Loading the model"></progress>
      ${total === undefined ? `${megabytes(loaded)} MB` : `${megabytes(loaded)} of ${megabytes(total)} MB`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "onehead-status": Status;
  }
}
