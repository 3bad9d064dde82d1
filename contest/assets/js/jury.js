// A ballot saves itself: at every change the form is sent, one request at a time, and the page says when it was kept.
// What could not be sent is kept on the device, until it is, even if the tab is closed meanwhile.
// Without this script the form's own button does the same.
import { clearDraft, keepDraft, takeDraft } from "./_draft.js";
import { Saver } from "./_saver.js";

const form = document.querySelector("form[data-ballot]");
const status = form?.querySelector("[data-saved]");
let changed = false;
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
  keepDraft(form);
  say(navigator.onLine ? form.dataset.failed : form.dataset.offline, true);
}

const saver = new Saver({
  wanted: () => changed,
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
    const button = pressed;
    pressed = null;
    button?.click();
    return button;
  },
});

async function answered(response) {
  const answer = await response.json();
  showErrors(answer.fields);
  if (!response.ok) return say(answer.message, true);
  clearDraft(form);
  form.elements.version.value = answer.version;
  if (!changed) say(answer.said);
}

function touched() {
  changed = true;
  showLevels();
  saver.now();
}

function start() {
  form.addEventListener("change", touched);
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
    if (!navigator.onLine) {
      event.preventDefault(); // the browser's own page of errors would take the marks away
      away();
      return saver.soon(2000);
    }
    if (saver.busy) {
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
