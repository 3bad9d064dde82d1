// A ballot saves itself: at every change the form is sent, one request at a time, and the page says when it was kept.
// What could not be sent is kept on the device, until it is, even if the tab is closed meanwhile.
// Without this script the form's own button does the same.
import { clearDraft, keepDraft, takeDraft } from "./_draft.js";

const form = document.querySelector("form[data-ballot]");
const status = form?.querySelector("[data-saved]");
const RETRY = [2000, 5000, 15000, 30000];
let changed = false;
let sending = false;
let tries = 0;
let timer = 0;
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

function again() {
  changed = true;
  keepDraft(form);
  say(navigator.onLine ? form.dataset.failed : form.dataset.offline, true);
  timer = setTimeout(save, RETRY[Math.min(tries, RETRY.length - 1)]);
  tries += 1;
}

async function save() {
  clearTimeout(timer);
  if (sending || !changed) return;
  sending = true;
  changed = false;
  say(form.dataset.saving);
  try {
    const response = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin",
    });
    await answered(response);
  } catch {
    again();
  }
  sending = false;
  if (pressed) return pressAgain();
  if (changed && !timer) save();
}

function pressAgain() {
  const button = pressed;
  pressed = null;
  button.click();
}

async function answered(response) {
  if (response.status >= 500 || response.status === 429) return again();
  const answer = await response.json();
  tries = 0;
  timer = 0;
  showErrors(answer.fields);
  if (!response.ok) return say(answer.message, true);
  clearDraft(form);
  form.elements.version.value = answer.version;
  if (!changed) say(answer.said);
}

function touched() {
  changed = true;
  timer = 0;
  showLevels();
  save();
}

function start() {
  form.addEventListener("change", touched);
  form.addEventListener("click", (event) => {
    const level = event.target.closest("[data-points]");
    if (!level) return;
    document.getElementById(level.dataset.for).value = level.dataset.points;
    touched();
  });
  addEventListener("online", save);
  addEventListener("beforeunload", (event) => {
    if (changed || sending) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault(); // the browser's own page of errors would take the marks away
      return again();
    }
    if (sending) {
      event.preventDefault(); // two at once would look like two devices
      pressed = event.submitter ?? form.querySelector("[type=submit]");
      return undefined;
    }
    clearDraft(form);
    changed = false;
  });
  if (takeDraft(form)) touched();
  else showLevels();
}

if (status) start();
