// The screen of a round that is marked live. It shows pieces of HTML that the server makes of what is stored, and
// nothing else: while the line is away the last one stays, and a note says since when.
import { full, listen } from "./_hall.js";

const body = document.querySelector("[data-live]");
const slide = document.querySelector("[data-slide]");
const dark = document.querySelector("[data-black]");
const note = document.querySelector("[data-note]");
const start = document.querySelector("[data-start]");
const place = document.querySelector("[data-place]");
const { state: address, csrf, away } = body.dataset;
const EVERY_MS = 1000;

let now = { position: Number(body.dataset.position), black: !dark.hidden, html: slide.innerHTML };
let since = null; // when the line went
let asked = 0; // of two answers the one that was asked for later counts

function paint(said) {
  if (said.html !== now.html) {
    const page = new DOMParser().parseFromString(said.html, "text/html"); // runs no script
    slide.replaceChildren(...page.body.childNodes);
  }
  now = said;
  dark.hidden = !said.black;
  place.textContent = `${said.position + 1}/${said.length}`;
}

async function ask(options = {}) {
  const turn = ++asked;
  try {
    const answer = await fetch(address, { ...options, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.json();
    since = null;
    note.hidden = true;
    if (turn === asked) paint(said);
  } catch {
    since ??= new Date();
    const time = since.toLocaleTimeString("vi", { hour: "2-digit", minute: "2-digit" });
    note.textContent = away.replace("{time}", time);
    note.hidden = false;
  }
}

async function look() {
  if (document.visibilityState === "visible") await ask();
  setTimeout(look, EVERY_MS);
}

function move(what) {
  if (what === "full") return full();
  if (what === "start") {
    start.hidden = true;
    return document.fullscreenElement ? undefined : full();
  }
  if (!start.hidden) {
    start.hidden = true;
    return undefined;
  }
  const step = { next: 1, prev: -1 }[what] ?? 0;
  const position = what === "first" ? 0 : Math.max(now.position + step, 0);
  const form = new URLSearchParams({ position, csrf_token: csrf });
  if (what === "black" ? !now.black : now.black && !step) form.set("black", "1");
  return ask({ method: "POST", body: form });
}

listen(move);
look();
