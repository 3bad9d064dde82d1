// On each of a juror's pages: sends what was marked without a line, and keeps the next pages for the next such time.
import { keepPages } from "./_pages.js";
import { Queue } from "./_queue.js";

const place = document.querySelector("[data-queue]");

async function keep() {
  if (!globalThis.caches || !navigator.serviceWorker || !navigator.onLine) return;
  await navigator.serviceWorker.register(place.dataset.worker);
  const next = [...document.querySelectorAll("[data-keep-page]")].map((one) => one.dataset.keepPage);
  const last = document.querySelector("[data-last]");
  const here = location.pathname + location.search;
  await keepPages([here, place.dataset.room, ...(last ? [last.href] : [])], next);
}

if (place) {
  new Queue(place).now();
  if (document.readyState === "complete") keep().catch(() => null);
  else addEventListener("load", () => keep().catch(() => null));
}
