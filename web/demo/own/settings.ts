// How the model chooses its words.

import { html, nothing, type TemplateResult } from "lit";

export interface Settings {
  readonly system: string;
  readonly temperature: number;
  readonly seed: number;
  readonly maxTokens: number;
}

/** At first. Small models go astray among unlikely words, and base models repeat themselves among the likely ones. */
export const CHATTING: Settings = { system: "", temperature: 0.4, seed: 1, maxTokens: 256 };
export const CONTINUING: Settings = { ...CHATTING, temperature: 0.8 };

/** Only the likeliest words that share this much of the probability are drawn from. */
export const TOP_P = 0.9;

const LIMITS = {
  temperature: { least: 0, most: 2 },
  seed: { least: 0, most: 2 ** 32 - 1 },
  maxTokens: { least: 1, most: 100_000 },
} as const;

/** A number from a field; what is no number leaves the setting as it is. */
export function setNumber(settings: Settings, name: keyof typeof LIMITS, text: string): Settings {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return settings;
  const { least, most } = LIMITS[name];
  const bounded = Math.min(Math.max(value, least), most);
  return { ...settings, [name]: name === "temperature" ? Math.round(bounded * 100) / 100 : Math.round(bounded) };
}

/** `system`: the model has a place for a system prompt. */
export function settingsTemplate(
  settings: Settings,
  system: boolean,
  change: (settings: Settings) => void,
): TemplateResult {
  const number = (name: keyof typeof LIMITS) => (event: Event) =>
    change(setNumber(settings, name, (event.target as HTMLInputElement).value));
  return html`
    <details class="settings">
      <summary>Settings</summary>
      <div class="fields">
      ${
        system
          ? html`<label class="field wide">System prompt
              <textarea rows="2" data-setting="system" placeholder="You answer briefly."
                .value=${settings.system}
                @change=${(event: Event) => change({ ...settings, system: (event.target as HTMLTextAreaElement).value })}
              ></textarea></label>`
          : nothing
      }
      <label class="field">Temperature
        <input type="number" inputmode="decimal" min="0" max="2" step="0.1" data-setting="temperature"
          .value=${String(settings.temperature)} @change=${number("temperature")} /></label>
      <label class="field">Seed
        <input type="number" inputmode="numeric" min="0" step="1" data-setting="seed"
          .value=${String(settings.seed)} @change=${number("seed")} /></label>
      <label class="field">Longest answer, in tokens
        <input type="number" inputmode="numeric" min="1" step="1" data-setting="maxTokens"
          .value=${String(settings.maxTokens)} @change=${number("maxTokens")} /></label>
      <p class="note">
        ${
          settings.temperature === 0
            ? "At temperature 0 the likeliest word is taken each time."
            : `Drawn from the likeliest words, ${100 * TOP_P} % together. The same seed gives the same text, in every browser.`
        }
      </p>
      </div>
    </details>
  `;
}
