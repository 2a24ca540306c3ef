// Where a model comes from: this device, an address, this browser's own store, the developer's cache.

import { html, nothing, type TemplateResult } from "lit";
import type { StoredModel } from "onehead/storage";
import type { LocalModel } from "./local_models";
import { bytes } from "./quantity";
import { chosenFile, parseAddress, type Source, sourceName } from "./source";

export interface ChooseModel {
  readonly kept: readonly StoredModel[];
  readonly local: readonly LocalModel[];
  /** As typed last. */
  readonly address: string;
  /** What is wrong with the typed address, said beside it. */
  readonly addressProblem: string;
}

export interface ChooseEvents {
  readonly choose: (source: Source) => void;
  readonly address: (text: string) => void;
  readonly remove: (kept: StoredModel) => void;
  readonly addressProblem: (text: string) => void;
}

export function chooseTemplate(model: ChooseModel, on: ChooseEvents): TemplateResult {
  const picked = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const file = chosenFile(input.files ?? []);
    input.value = ""; // the same file can be chosen again
    if (file) on.choose({ kind: "file", file });
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).querySelector("input") as HTMLInputElement;
    on.address(field.value);
    const parsed = parseAddress(field.value, document.baseURI);
    if ("problem" in parsed) {
      on.addressProblem(parsed.problem);
      field.focus();
    } else on.choose({ kind: "address", url: parsed.url });
  };
  return html`
    <div class="sources">
      <div class="source">
        <h2>From this device</h2>
        <label class="pick">
          <input type="file" data-own="file" @change=${picked} />
          <span class="face">Choose a .gguf file</span>
        </label>
        <p class="note">Or drop it anywhere on this page. It is read here and sent nowhere.</p>
      </div>
      <form class="source" novalidate @submit=${submit}>
        <h2><label for="own-address">From an address</label></h2>
        <div class="line">
          <input type="url" id="own-address" inputmode="url" autocomplete="off" spellcheck="false"
            placeholder="https://…/model.gguf" aria-describedby="own-address-note"
            .value=${model.address} aria-invalid=${model.addressProblem ? "true" : "false"} />
          <button type="submit" data-own="address">Look it up</button>
        </div>
        <p class=${model.addressProblem ? "note error" : "note"} id="own-address-note" data-address-note>
          ${model.addressProblem || "You see how much it takes before it is downloaded."}
        </p>
      </form>
      ${
        model.kept.length === 0
          ? nothing
          : html`<div class="source">
              <h2>Kept in this browser</h2>
              <ul class="models" data-kept>
                ${model.kept.map((kept) => keptTemplate(kept, on))}
              </ul>
            </div>`
      }
      ${
        model.local.length === 0
          ? nothing
          : html`<div class="source">
              <h2>From your cache</h2>
              <ul class="models" data-local>
                ${model.local.map((local) => localTemplate(local, on))}
              </ul>
            </div>`
      }
    </div>
    <p class="note hint">
      GGUF is the file format of llama.cpp, and most open models come in it. Small ones to begin with:
      SmolLM2-135M-Instruct (about 100 MB) chats, Gemma 3 270M (about 250 MB) continues a text.
      <a class="way" href="https://huggingface.co/models?library=gguf&num_parameters=max:1B" rel="noreferrer">Find others at Hugging Face</a>
    </p>
  `;
}

function keptTemplate(kept: StoredModel, on: ChooseEvents): TemplateResult {
  const source: Source = { kind: "address", url: kept.url };
  const name = sourceName(source);
  const about = kept.complete ? bytes(kept.bytes) : `${bytes(kept.bytes)} so far: goes on where it stopped`;
  return html`<li>
    <button type="button" class="model" data-url=${kept.url} @click=${() => on.choose(source)}>
      <b>${name}</b> <span class="about">${about}</span>
    </button>
    <button type="button" data-remove=${kept.url} aria-label="Remove ${name}" @click=${() => on.remove(kept)}>Remove</button>
  </li>`;
}

function localTemplate(local: LocalModel, on: ChooseEvents): TemplateResult {
  const url = new URL(local.url, document.baseURI).href;
  const about = [
    bytes(local.bytes),
    local.license && `licence ${local.license}`,
    local.chat ? "chat" : "continues text",
  ];
  return html`<li>
    <button type="button" class="model" data-url=${url} @click=${() => on.choose({ kind: "address", url })}>
      <b>${local.file.replace(/\.gguf$/i, "")}</b> <span class="about">${about.filter(Boolean).join(" · ")}</span>
    </button>
  </li>`;
}
