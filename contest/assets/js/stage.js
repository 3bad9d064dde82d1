// The ceremony's screen: keys, clicker, buttons and the server's state move the same slides. Without a
// server (the folder) or while it is away, everything here goes on by itself; where the show stands by then is told
// once the line is back.
import { full, listen } from "./_hall.js";
import { Saver } from "./_saver.js";

const body = document.querySelector("[data-stage]");
const slides = [...document.querySelectorAll("[data-slide]")];
const dark = document.querySelector("[data-black]");
const note = document.querySelector("[data-note]");
const start = document.querySelector("[data-start]");
const place = document.querySelector("[data-place]");
const { state: address, csrf } = body.dataset;
const EVERY_MS = 800;

const now = { position: Number(body.dataset.position || 0), black: false, playing: false };
let version = Number(body.dataset.version || 0);
let untold = false; // the show has moved on since the server was told

const clip = () => slides[now.position]?.querySelector("[data-clip]");

async function sound(video) {
  try {
    await video.play();
    note.hidden = true;
  } catch {
    video.muted = true; // the browser wants a key on this machine first
    note.hidden = false;
    video.play().catch(() => {});
  }
}

function paint() {
  now.position = Math.min(Math.max(now.position, 0), slides.length - 1);
  slides.forEach((slide, at) => {
    slide.hidden = at !== now.position;
    const video = slide.querySelector("[data-clip]");
    if (!video) return;
    if (Math.abs(at - now.position) <= 1) video.preload = "auto"; // ready before it is wanted
    if (at !== now.position && !video.paused) video.pause();
  });
  dark.hidden = !now.black;
  place.textContent = `${now.position + 1}/${slides.length}`;
  const video = clip();
  if (!video) now.playing = false;
  body.classList.toggle("hall__body--playing", now.playing);
  if (!video) return;
  if (now.playing && video.paused) sound(video);
  if (!now.playing && !video.paused) video.pause();
}

// One after the other: of two on their way at once the earlier may arrive last.
const saver = new Saver({
  wanted: () => untold,
  send() {
    untold = false;
    const form = new URLSearchParams({ position: now.position, csrf_token: csrf });
    if (now.black) form.set("black", "1");
    if (now.playing) form.set("playing", "1");
    return fetch(address, { method: "POST", body: form, headers: { Accept: "application/json" } });
  },
  async answered(answer) {
    if (answer.ok) version = (await answer.json()).version;
  },
  away: () => (untold = true),
});

function tell() {
  untold = Boolean(address);
  saver.now();
}

// What the hall has seen goes before what was told elsewhere: nothing is taken over until it is told.
const telling = () => untold || saver.busy;

async function look() {
  try {
    if (!telling() && document.visibilityState === "visible") {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      const said = answer.ok ? await answer.json() : { version };
      if (said.version > version && !telling()) {
        version = said.version;
        Object.assign(now, { position: said.position, black: said.black, playing: said.playing });
        start.hidden = true;
        paint();
      }
    }
  } catch {
    // No line: asked again.
  }
  setTimeout(look, EVERY_MS);
}

function move(what) {
  const video = clip();
  if (video?.muted && !note.hidden) {
    video.muted = false;
    note.hidden = true;
  }
  if (what === "start") {
    start.hidden = true;
    if (!document.fullscreenElement) full();
  } else if (what === "full") return full();
  else if (!start.hidden) start.hidden = true;
  else if (what === "black") now.black = !now.black;
  else if (what === "play") now.playing = !now.playing;
  else {
    now.position = what === "first" ? 0 : now.position + (what === "next" ? 1 : -1);
    now.black = now.playing = false;
  }
  paint();
  return tell();
}

listen(move, { p: "play", P: "play", k: "play" });
for (const slide of slides) {
  slide.querySelector("[data-clip]")?.addEventListener("ended", () => {
    now.playing = false;
    paint();
    tell();
  });
}
paint();
if (address) look();
