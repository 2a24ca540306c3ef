// After the first visit the page works without a network: a service worker keeps what the build made.

/** Starts the worker where there is one to start; `note` is shown once everything is kept. */
export function keepOffline(note: HTMLElement): void {
  if (import.meta.env.DEV || !("serviceWorker" in navigator) || !window.isSecureContext) return;
  navigator.serviceWorker
    .register(new URL("sw.js", document.baseURI))
    .then(() => navigator.serviceWorker.ready)
    .then(() => {
      note.hidden = false;
    })
    .catch(() => {
      // Some browsers and private windows refuse: the page works all the same, only not offline.
    });
}
