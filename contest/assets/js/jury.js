// A ballot saves itself: at every change the form is sent, one request at a time, and the page says when it was kept.
// What the server does not have yet is kept on the device: without a network, with a session that has ended, in a
// tab that is closed meanwhile. Handing in saves first, so that no button takes marks away.
// Without this script the form's own button does the same.
import { clearDraft, keepDraft, takeDraft } from "./_draft.js";
import { Saver } from "./_saver.js";
import { SignIn } from "./_sign_in.js";

const form = document.querySelector("form[data-ballot]");
const status = form?.querySelector("[data-saved]");
let changed = false;
let saved = true; // the last answer
let signedOut = false; // nothing is sent before the person has signed in again
let pressed = null; // the button to press once what is on its way has been kept

function say(text, bad = false) {
  status.textContent = text;
  status.classList.toggle("jury__saved--bad", bad);
  status.classList.remove("jury__saved--none");
}

function showErrors(fields = {}) {
  for (const place of form.querySelectorAll("[data-error]")) {
    const text = fields[place.dataset.error] ?? "";
    place.textContent = text;
    place.hidden = !text;
    form.elements[place.dataset.error].setAttribute("aria-invalid", text ? "true" : "false");
  }
}

function showLevels() {
  for (const level of form.querySelectorAll("[data-points]")) {
    const value = document.getElementById(level.dataset.for).value;
    level.setAttribute("aria-pressed", String(value !== "" && Number(value) === Number(level.dataset.points)));
  }
}

function away() {
  changed = true;
  pressed = null; // nothing is handed in behind a person's back once the network is there again
  keepDraft(form);
  say(navigator.onLine ? form.dataset.failed : form.dataset.offline, true);
}

const saver = new Saver({
  wanted: () => changed && !signedOut,
  send() {
    changed = false;
    say(form.dataset.saving);
    return fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
    });
  },
  answered,
  away,
  rested() {
    if (signedOut || !pressed) return signedOut;
    if (changed && saved) return false; // typed meanwhile: saved first
    const button = pressed;
    if (!saved) pressed = null;
    else button.click();
    return saved;
  },
});

async function answered(response) {
  const answer = await response.json();
  saved = response.ok;
  if (response.status === 401) return askToSignIn();
  showErrors(answer.fields);
  if (!response.ok) return say(answer.message, true);
  form.elements.version.value = answer.version;
  if (changed) return keepDraft(form);
  clearDraft(form);
  return say(answer.said);
}

const signIn = status && new SignIn(document.querySelector("dialog[data-address]"), goOn);

function askToSignIn() {
  signedOut = changed = true;
  keepDraft(form);
  say(form.dataset.signedOut, true);
  signIn.open();
}

// The page as the server shows it now: its token for forms, if it is the same person's.
function goOn(page) {
  const fresh = page.querySelector("form[data-ballot]");
  if (fresh?.dataset.ballot !== form.dataset.ballot) {
    if (fresh) return say(form.dataset.other, true);
    changed = false;
    return location.reload(); // no longer to be changed: the page says why
  }
  for (const field of document.querySelectorAll("input[name=csrf_token]")) {
    field.value = fresh.elements.csrf_token.value;
  }
  signedOut = false;
  return waiting ? send(waiting) : saver.now();
}

// A reason for stepping aside is not lost either: asked first whether the session is still there.
let waiting = null; // its form, until the person has signed in again

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
  signedOut = true;
  signIn.open();
}

function touched() {
  changed = true;
  keepDraft(form);
  showLevels();
  if (signedOut) signIn.open();
  else saver.now();
}

// Enter leads to the next box, Shift+Enter back: a ballot is handed in by its button alone.
function lead(event) {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-mark]")) return;
  event.preventDefault();
  const boxes = [...form.querySelectorAll("[data-mark]"), form.elements.comment];
  const next = boxes[boxes.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
  next?.focus();
  next?.select();
}

function start() {
  form.addEventListener("change", touched);
  form.addEventListener("keydown", lead);
  form.addEventListener("click", (event) => {
    const level = event.target.closest("[data-points]");
    if (!level) return;
    document.getElementById(level.dataset.for).value = level.dataset.points;
    touched();
  });
  addEventListener("beforeunload", (event) => {
    if (changed || saver.busy) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    if (pressed && saved && !changed && !saver.busy && !signedOut) return; // all is kept: hand it in
    event.preventDefault(); // the browser's own page of errors would take the marks away
    pressed = event.submitter ?? form.querySelector("[type=submit]");
    changed = true;
    if (signedOut) signIn.open();
    else saver.now();
  });
  addEventListener("focus", () => signedOut && signIn.look());
  for (const other of document.querySelectorAll(".jury__aside form")) other.addEventListener("submit", askFirst);
  addEventListener("pageshow", () => (pressed = null));
  if (takeDraft(form)) touched();
  else showLevels();
}

if (status) start();
