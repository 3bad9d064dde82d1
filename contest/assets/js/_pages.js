// A juror's pages kept on the device, so that they open without a line: the list, this clip, the last and the next ones.
// One person's at a time; they go when somebody signs out (_kept.js). The worker (jury_worker.js) answers from them.
import { PAGES } from "./_kept.js";

const nameOf = () => {
  const queue = document.querySelector("[data-queue]");
  return queue && PAGES + queue.dataset.queue;
};

export async function keepPage(address, answer) {
  if (!globalThis.caches || !nameOf()) return;
  const kept = await caches.open(nameOf());
  if (answer.ok && !answer.redirected) await kept.put(address, answer).catch(() => null);
}

const LATELY = 10 * 60 * 1000; // ms: a next clip's page that was kept since then is not asked for again

async function isFresh(kept, address) {
  const had = await kept.match(address);
  return Boolean(had) && Date.now() - Date.parse(had.headers.get("Date") ?? "") < LATELY;
}

async function fetched(kept, address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin" }).catch(() => null);
  if (answer?.ok && !answer.redirected) await kept.put(address, answer);
}

// Scripts and sheets of this page: their names change with their content, so what is kept is never old.
function assets() {
  const found = performance.getEntriesByType("resource").map((one) => one.name);
  return found.filter((name) => new URL(name).pathname.startsWith("/static/") && /\.(js|css|svg)$/.test(name));
}

// Keeps these pages and no others, of this person and nobody else. `next`: nothing has changed on them yet.
export async function keepPages(changing, next) {
  const name = nameOf();
  for (const other of await caches.keys()) if (other.startsWith(PAGES) && other !== name) await caches.delete(other);
  const kept = await caches.open(name);
  const full = (address) => new URL(address, location.origin).href;
  const wanted = [...new Set([...changing, ...next].map(full))];
  const ahead = next.map(full);
  for (const request of await kept.keys()) {
    if (!request.url.includes("/static/") && !wanted.includes(request.url)) await kept.delete(request);
  }
  for (const address of assets()) if (!(await kept.match(address))) await kept.add(address).catch(() => null);
  for (const address of wanted) { // one after the other: the clip itself comes first
    if (!ahead.includes(address) || !(await isFresh(kept, address))) await fetched(kept, address);
  }
}
