// After the first visit the page works without a network: a service worker keeps what the build made.

/** What was fetched on demand before the worker was there is asked for again, through it, so that it keeps that too. */
async function keepWhatCame(): Promise<void> {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller === null) {
    await new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  }
  const scripts = performance
    .getEntriesByType("resource")
    .map(({ name }) => name)
    .filter((name) => new URL(name).origin === location.origin && /\.(js|css)$/.test(name));
  await Promise.all(scripts.map((name) => fetch(name)));
}

/** Starts the worker where there is one to start; `note` is shown once everything is kept. */
export function keepOffline(note: HTMLElement): void {
  if (import.meta.env.DEV || !("serviceWorker" in navigator) || !window.isSecureContext) return;
  navigator.serviceWorker
    .register(new URL("sw.js", document.baseURI))
    .then(() => navigator.serviceWorker.ready)
    .then(() => {
      note.hidden = false;
      return keepWhatCame();
    })
    .catch(() => {
      // Some browsers and private windows refuse: the page works all the same, only not offline.
    });
}
