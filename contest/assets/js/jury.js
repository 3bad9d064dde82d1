// The ballots of a page, one beside its clip or two side by side. Without this script their own buttons do the same.
import { keepPage } from "./_pages.js";
import { Paper } from "./_paper.js";
import { exchange } from "./_refresh.js";
import { SignIn } from "./_sign_in.js";
import { lifted } from "./_steady.js";

const dialog = document.querySelector("dialog[data-address]");
const signIn = dialog && new SignIn(dialog, goOn);
const on = { signIn: () => signIn.open(), rested };
const papers = [...document.querySelectorAll("form[data-ballot]")].map((form) => new Paper(form, on));
let waiting = null; // the form of another kind to be sent once the person has signed in again
let asking = false; // whether the session is still there

function goOn(page) {
  asking = false;
  const same = papers.map((paper) => paper.goOn(page));
  if (same.includes(false)) return location.reload();
  return waiting && send(waiting);
}

// A reason for stepping aside is not lost either: asked first whether the session is still there.
function send(other) {
  waiting = null;
  other.dataset.asked = "1";
  if (other.requestSubmit) other.requestSubmit();
  else other.submit();
}

async function askFirst(event) {
  const other = event.target;
  if (other.dataset.asked) return;
  event.preventDefault();
  const response = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
  if (response?.status !== 401) return send(other);
  waiting = other;
  asking = true;
  return signIn.open();
}

// After a change the page kept on the device is of the past, and so is the clip's place among the others.
let resting = 0;
function rested() {
  clearTimeout(resting);
  resting = setTimeout(renew, 800);
}

async function renew() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || papers.some((paper) => paper.open)) return;
  await keepPage(location.pathname + location.search, answer.clone());
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  await lifted();
  exchange(document.getElementById("standing"), page.getElementById("standing"));
}

for (const paper of papers) paper.start();
if (papers.length) {
  addEventListener("beforeunload", (event) => {
    if (papers.some((paper) => paper.open)) event.preventDefault();
  });
  addEventListener("focus", () => (asking || papers.some((paper) => paper.signedOut)) && signIn.look());
  addEventListener("pageshow", () => papers.forEach((paper) => (paper.pressed = null)));
}
for (const other of document.querySelectorAll(".jury__aside form")) other.addEventListener("submit", askFirst);
