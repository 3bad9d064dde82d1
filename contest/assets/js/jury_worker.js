// The service worker of a juror's pages: without a line it answers from the pages that the juror's own page has kept
// (_pages.js). With a line it is as if it were not there; it keeps nothing itself.
const PATIENCE = 6000; // ms: a line may be dead and not say so

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const later = (value) => new Promise((done) => setTimeout(() => done(value), PATIENCE));

async function page(request) {
  const kept = await caches.match(request, { ignoreVary: true }) ?? await caches.match(request, { ignoreSearch: true, ignoreVary: true });
  const asked = fetch(request);
  if (!kept) return asked;
  return Promise.race([asked.catch(() => kept), later(kept)]);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept ?? fetch(request)));
  }
});
