// Keeps the page's own files, so that it opens without a network after the first visit: those of the translator at once,
// those that come when they are asked for (LATER) once they have come. The values below are filled in by the build.
const VERSION = "__VERSION__";
const FILES = ["__FILES__"];
const LATER = ["__LATER__"].map((name) => new URL(name, self.location).href);
const CACHE = `onehead-${VERSION}`;

/** The engine's builds are kept for the kind of page that this is: with threads where it is isolated. */
const isWanted = (file) => !file.endsWith(".wasm") || /-threads-/.test(file) === (self.crossOriginIsolated === true);

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.filter(isWanted)))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("onehead-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

/** The page itself: the newest there is. Everything else carries its version in its name. */
async function answer(request) {
  const cache = await caches.open(CACHE);
  if (request.mode === "navigate") {
    try {
      return await fetch(request);
    } catch (error) {
      const kept = await cache.match("./");
      if (kept) return kept;
      throw error;
    }
  }
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && LATER.includes(request.url)) await cache.put(request, response.clone());
  return response;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === self.location.origin) {
    event.respondWith(answer(request));
  }
});
