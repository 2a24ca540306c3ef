// Places for the pictures of a text; the study fills them.

import { html, nothing, type TemplateResult } from "lit";

/** Pictures that not every text has. */
export interface PictureParts {
  /** A switch that turns them all off. */
  readonly watch?: boolean;
  /** Which words of what was given the model read when it began to answer. */
  readonly reading?: boolean;
  readonly candidates?: boolean;
  readonly speed?: boolean;
}

const ALL: PictureParts = { watch: true, candidates: true, speed: true };

/** `id` begins the ids of what is labelled. */
export function picturesTemplate(id: string, parts: PictureParts = ALL): TemplateResult {
  return html`
    <section class="inside" aria-labelledby="${id}-inside-title">
      <h2 id="${id}-inside-title" class="spoken">What each head read</h2>
      <div class="watch">
        ${
          parts.watch
            ? html`<label class="switch"><input type="checkbox" data-look="watch" checked />draw what it reads</label>`
            : nothing
        }
        <p class="note" role="status" data-look-note></p>
      </div>
      <p class="note before">As soon as it writes, its keys and values appear here, and what each head reads of them.</p>
      <div class="watched">
        ${parts.reading ? html`<div data-slot="reading"></div>` : nothing}
        <div data-slot="strip"></div>
        <div class="story"><div data-slot="choice"></div></div>
        <div class="board">
          <div class="sheet" data-slot="ledger"></div>
          <aside aria-label="The same in numbers">
            <section><div data-slot="look"></div></section>
            <section>
              <h3>Where each head looked</h3>
              <div data-slot="split"></div>
            </section>
            <section>
              <h3>Ways to share keys and values</h3>
              <div data-slot="kinds"></div>
              <label class="switch"><input type="checkbox" data-look="separate" />give each head its own K and V</label>
            </section>
          </aside>
        </div>
        <div data-slot="legend"></div>
      </div>
    </section>
    <section class="more" aria-label="More of this text">
      ${
        parts.candidates || parts.speed
          ? html`<div class="numbers">
              ${
                parts.candidates
                  ? html`<div class="watched">
                      <h2>What else it considered</h2>
                      <div data-slot="candidates"></div>
                    </div>`
                  : nothing
              }
              ${
                parts.speed
                  ? html`<div>
                      <h2>How fast, and how much</h2>
                      <div data-slot="speed"></div>
                    </div>`
                  : nothing
              }
            </div>`
          : nothing
      }
      <div class="watched">
        <h2>The same weights as maps</h2>
        <p class="note">One map for each head. A row is a token that reads, a column is a token that is read; darker is more.</p>
        <div data-slot="maps"></div>
      </div>
    </section>
  `;
}
