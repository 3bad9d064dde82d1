// A part of a page that shows work in progress (data-refresh="seconds") fetches itself anew until
// the server no longer marks it, and with it the parts that say the same elsewhere (data-with="ids").
// Nothing else on the page moves, and what is being typed stays.
import { lifted } from "./_steady.js";

export function exchange(old, fresh) {
  if (!old || !fresh || old.innerHTML === fresh.innerHTML || old.contains(document.activeElement)) return;
  old.textContent = "";
  old.append(...fresh.childNodes); // nodes, no text: nothing is read as markup once more
}

async function renew(element) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return element;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(element.id);
  await lifted();
  if (!fresh) return null;
  for (const id of element.dataset.with?.split(" ") ?? []) exchange(document.getElementById(id), page.getElementById(id));
  exchange(element, fresh);
  if (!fresh.dataset.refresh) return null;
  return element;
}

function watch(element) {
  const wait = Number(element.dataset.refresh) * 1000;
  const again = async () => {
    if (document.hidden || element.contains(document.activeElement)) return setTimeout(again, wait);
    const next = await renew(element).catch(() => element);
    return next && setTimeout(again, wait);
  };
  setTimeout(again, wait);
}

export function startRefresh() {
  for (const element of document.querySelectorAll("[data-refresh]")) watch(element);
}
