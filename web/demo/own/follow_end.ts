// Keeps the end of a growing log in view. Whoever has scrolled up to read is left there.

import type { ReactiveController, ReactiveControllerHost } from "lit";

/** So near the end, in pixels, somebody has not scrolled up. */
const NEAR = 40;

export class FollowEnd implements ReactiveController {
  readonly #host: HTMLElement;
  #atEnd = true;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  hostUpdate(): void {
    const log = this.#host.querySelector(".log");
    this.#atEnd = log === null || log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  }

  hostUpdated(): void {
    const log = this.#host.querySelector(".log");
    if (this.#atEnd && log !== null) log.scrollTop = log.scrollHeight;
  }
}
