// Ballots of several clips, marked without a line, are sent one after the other in the order in which they were marked.
// Each is sent to the ballot that it was made for; where that has changed meanwhile nothing is written over and the
// person is led to the clip, whose page shows both.
import { differences, drafts, lay } from "./_draft.js";
import { forget } from "./_kept.js";
import { fill, number } from "./_words.js";

const RETRY = 15000;

async function read(path) {
  const answer = await fetch(path, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [answer, page.querySelector(`form[data-ballot]`)];
}

// What has become of one draft: sent, conflict, gone, signedOut or later.
async function sent(draft, juror) {
  const [answer, form] = await read(draft.path);
  if (answer.status === 401) return "signedOut";
  if (answer.status >= 500 || answer.status === 429) return "later";
  if (!form) return "gone"; // handed in, locked, withdrawn: no ballot to be changed
  if (form.dataset.ballot !== juror) return "signedOut";
  if (!differences(form, draft.fields).length) return "sent"; // another tab was quicker
  if (form.elements.version.value !== draft.version) return "conflict";
  lay(form, draft.fields);
  const body = new FormData(form);
  const how = { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" };
  const said = await fetch(draft.path, how);
  if (said.ok) return "sent";
  if (said.status === 401) return "signedOut";
  return said.status === 409 || said.status === 422 ? "conflict" : said.status === 403 ? "gone" : "later";
}

export class Queue {
  constructor(place) {
    this.place = place;
    this.juror = place.dataset.queue;
    this.found = new Map(); // place of a draft -> what has become of it
    this.busy = false;
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.show());
    setInterval(() => this.now(), RETRY);
  }

  // Drafts of the clips whose forms stand on this page are those forms' own business.
  waiting() {
    const own = [...document.querySelectorAll("form[data-ballot]")].map((form) => new URL(form.action).pathname);
    return drafts(this.juror).filter((draft) => !own.includes(draft.path));
  }

  async now() {
    if (this.busy || !navigator.onLine) return this.show();
    this.busy = true;
    try {
      for (const draft of this.waiting()) if (!(await this.one(draft))) break;
    } catch {
      // no line after all: tried again
    }
    this.busy = false;
    return this.show();
  }

  // False where the ones after it have to wait as well.
  async one(draft) {
    const state = await sent(draft, this.juror);
    this.found.set(draft.place, state);
    if (state === "sent") forget(draft.place);
    return state !== "signedOut" && state !== "later";
  }

  show() {
    const waiting = this.waiting();
    this.place.hidden = !waiting.length;
    if (!waiting.length) return this.place.replaceChildren();
    const line = Object.assign(document.createElement("p"), { textContent: fill(this.place.dataset.waiting, { count: number(waiting.length) }) });
    const list = document.createElement("ul");
    list.append(...waiting.map((draft) => this.item(draft)));
    const parts = [line, list];
    if ([...this.found.values()].includes("signedOut")) {
      parts.push(Object.assign(document.createElement("a"), { href: this.place.dataset.signIn, className: "button", textContent: this.place.dataset.signedOut }));
    }
    return this.place.replaceChildren(...parts);
  }

  item(draft) {
    const item = document.createElement("li");
    const state = this.found.get(draft.place);
    item.append(Object.assign(document.createElement("a"), { href: draft.path, textContent: [draft.code, draft.title].filter(Boolean).join(" · ") }));
    const words = { conflict: this.place.dataset.changed, gone: this.place.dataset.gone };
    if (words[state]) item.append(`: ${words[state]} `);
    if (state !== "gone") return item;
    const drop = Object.assign(document.createElement("button"), { type: "button", className: "button button--quiet", textContent: this.place.dataset.drop });
    drop.addEventListener("click", () => {
      forget(draft.place);
      this.show();
    });
    item.append(drop);
    return item;
  }
}
