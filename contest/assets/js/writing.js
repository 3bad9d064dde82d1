// A text is kept as it is written: on this device at once, on the server a moment later; its words are counted.
import { forget, read, write } from "./_kept.js";
import { Saver } from "./_saver.js";
import { fill, number } from "./_words.js";

const PAUSE = 2000; // ms without a letter
const form = document.querySelector("[data-writing]");
const words = JSON.parse(form.dataset.words);
const body = form.elements.body;
const place = `hoithi-text:${form.dataset.writing}`;
const counted = form.querySelector("[data-count]");
const said = form.querySelector("[data-said]");
let stored = body.value;
let was = [stored]; // what the server had, newest last: a page that shows one of these is older than this device

function keep() {
  write(place, { body: body.value, was });
}

// As media_checks counts: what stands between spaces and has a letter or a digit.
function count() {
  const found = body.value.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
  counted.textContent = fill(words.count, { count: number(found) });
}

const saver = new Saver({
  wanted: () => body.value !== stored,
  send: () => {
    const data = new FormData(form);
    data.set("do", "keep");
    saver.sent = body.value;
    return fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "manual" });
  },
  answered: (response) => {
    if (response.type !== "opaqueredirect" && !response.ok) return (stored = body.value); // handing in tells why
    stored = saver.sent;
    was = [...was, stored].slice(-3);
    keep();
    said.textContent = words.saved;
  },
  away: () => (said.textContent = words.away),
});

const draft = read(place);
if (draft && draft.body !== stored && draft.was.includes(stored)) {
  body.value = draft.body;
  said.textContent = words.restored;
  saver.soon(PAUSE);
}
body.addEventListener("input", () => {
  count();
  keep();
  saver.soon(PAUSE);
});
form.addEventListener("submit", () => forget(place));
count();
