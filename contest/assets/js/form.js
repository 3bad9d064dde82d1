// The entry form is kept on this phone until it is saved: what is typed, never a consent, a file or a code.
// Each tab has a draft of its own, so that two forms at once do not overwrite each other; a form that is opened
// new begins with the newest draft, and leaves that one alone until something is typed.
import { forget, read, told, write } from "./_kept.js";
import { keepRoom } from "./_steady.js";

const KEPT = ["title", "kind", "authors", "description", "contact_name", "contact_phone", "contact_email"];
const MOST_DAYS = 30;
const SENT = "hoithi-entry-sent"; // of this tab: which draft the server has now
const form = document.querySelector("form[data-kept]");

function ofTab(name, value) {
  try {
    if (value === undefined) return sessionStorage.getItem(name);
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    // a browser without storage keeps nothing
  }
  return null;
}

function places(start) {
  try {
    return Object.keys(localStorage).filter((place) => place.startsWith(start));
  } catch {
    return [];
  }
}

const same = (one, other) => Object.keys({ ...one, ...other }).every((name) => (one[name] ?? "") === (other[name] ?? ""));

// The contest's own questions that are answered in words or by choosing.
function questions(form) {
  const asked = [...form.elements].filter((one) => one.name.startsWith("question_") && one.type !== "file");
  return [...new Set(asked.map((one) => one.name))];
}

const several = (field) => [field].flatMap((one) => (one instanceof RadioNodeList ? [...one] : one))
  .filter((one) => one.type === "checkbox");

function valueOf(field) {
  const boxes = several(field);
  return boxes.length ? boxes.filter((one) => one.checked).map((one) => one.value).join("\n") : field.value;
}

// A draft whose form is open holds a lock of its name, so that another tab does not throw it away.
function holdOpen(place) {
  navigator.locks?.request(place, { ifAvailable: true }, (lock) => lock && new Promise(() => {}));
}

async function isOpenElsewhere(place) {
  const { held } = (await navigator.locks?.query()) ?? { held: [] };
  return held.some((lock) => lock.name === place);
}

class Draft {
  constructor(form) {
    this.form = form;
    this.start = `hoithi-entry:${form.dataset.kept}:`;
    this.note = form.querySelector("[data-kept-note]");
    this.fields = [...KEPT.filter((name) => form.elements[name]), ...questions(form)];
    this.given = this.values(); // by the server
    const id = ofTab(this.start) ?? Math.random().toString(36).slice(2);
    ofTab(this.start, id);
    this.place = this.start + id;
  }

  values() {
    return Object.fromEntries(this.fields.map((name) => [name, valueOf(this.form.elements[name])]));
  }

  fill(values) {
    for (const name of this.fields) {
      const field = this.form.elements[name], value = values[name] ?? "";
      const boxes = several(field), chosen = value.split("\n");
      if (boxes.length) for (const one of boxes) one.checked = chosen.includes(one.value);
      else if (field instanceof RadioNodeList) for (const one of field) one.checked = one.value === value;
      else field.value = value;
    }
  }

  // Newest first; too old ones, and those of an entry that was changed elsewhere since, go.
  drafts() {
    const found = [];
    for (const place of places(this.start)) {
      const draft = read(place);
      const usable = draft?.fields && draft.at > Date.now() - MOST_DAYS * 86400e3 && same(draft.given ?? {}, this.given);
      if (usable) found.push({ place, ...draft });
      else forget(place);
    }
    return found.sort((a, b) => b.at - a.at);
  }

  // Where the browser keeps nothing, nothing is promised.
  begin() {
    const place = `${this.start}room`;
    this.note.hidden = !write(place, {});
    forget(place);
    this.say("kept", true);
  }

  restore() {
    if (this.form.dataset.refused !== undefined) return this.keep(); // the server has just given it back
    const drafts = this.drafts(), draft = drafts.find((one) => one.place === this.place) ?? drafts[0];
    if (!draft || same(draft.fields, this.given)) return;
    this.fill(draft.fields);
    this.begun = draft; // perhaps of a tab that was closed: goes with ours
    this.say("restored");
  }

  keep() {
    const fields = this.values();
    if (same(fields, this.given) && this.form.dataset.refused === undefined) return this.clear();
    if (write(this.place, { at: Date.now(), given: this.given, fields })) this.say("kept");
  }

  clear() {
    forget(this.place);
    this.say("kept", true);
  }

  // The note has its room from the beginning: nothing below moves when the first letter is typed.
  say(what, empty = false) {
    this.note.classList.toggle("kept-note--empty", empty);
    this.note.querySelector("[data-kept-said]").textContent = this.note.dataset[what];
    keepRoom(this.note);
  }

  listen() {
    const kept = (event) => this.fields.includes(event.target.name) && this.keep();
    this.form.addEventListener("input", kept);
    this.form.addEventListener("change", kept);
    this.form.addEventListener("submit", () => {
      const { start, place, begun } = this;
      ofTab(SENT, JSON.stringify({ start, place, begun, fields: this.values() }));
    });
    holdOpen(this.place);
    this.note.querySelector("[data-kept-clear]").addEventListener("click", async () => {
      const { begun, place } = this;
      if (begun && begun.place !== place && !(await isOpenElsewhere(begun.place))) forget(begun.place);
      this.clear();
      this.fill(this.given);
      this.form.elements[this.fields[0]].focus();
    });
  }
}

// The server has saved it: its draft goes, the one that it began with, and others
// that say the very same; not what another tab has typed meanwhile.
function forgetSaved() {
  const sent = JSON.parse(ofTab(SENT) ?? "null"); // by this tab
  if (!sent || !told("saved")) return;
  ofTab(SENT, null);
  for (const place of places(sent.start)) {
    const draft = read(place), begun = place === sent.begun?.place && draft?.at === sent.begun.at;
    if (place === sent.place || begun || same(draft?.fields ?? {}, sent.fields)) forget(place);
  }
  ofTab(sent.start, null); // the next form of this tab is another
}

if (form) {
  const draft = new Draft(form);
  draft.listen();
  draft.begin();
  draft.restore();
} else {
  forgetSaved();
}
