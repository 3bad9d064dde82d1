// A ballot that saves itself: at every change the form is sent, one request at a time, and the page says when it was
// kept. What the server does not have yet is kept on the device: without a network, with a session that has ended, in
// a tab that is closed meanwhile. Where the ballot was changed elsewhere meanwhile, both are shown and a person chooses.
import { clearDraft, differences, draftOf, keepDraft, lay } from "./_draft.js";
import { Saver } from "./_saver.js";
import { giveRoom, keepRoom } from "./_steady.js";
import { fill, number } from "./_words.js";

export class Paper {
  // on: {signIn(): ask for it, rested(): all of it is kept}
  constructor(form, on) {
    this.form = form;
    this.on = on;
    this.status = form.querySelector("[data-saved]");
    this.sum = this.status.closest(".jury__sum");
    this.conflict = form.querySelector("[data-conflict]");
    this.changed = false;
    this.saved = true; // the last answer
    this.signedOut = false; // nothing is sent before the person has signed in again
    this.pressed = null; // the button to press once what is on its way has been kept
    this.saver = new Saver({
      wanted: () => this.changed && !this.signedOut && !this.disputed,
      send: () => this.#send(),
      answered: (response) => this.#answered(response),
      away: () => this.#away(),
      rested: () => this.#rested(),
    });
  }

  start() {
    const { form } = this;
    form.addEventListener("change", () => this.touched());
    form.addEventListener("input", () => {
      giveRoom(this.sum);
      this.#add();
    });
    form.addEventListener("keydown", (event) => this.#lead(event));
    form.addEventListener("click", (event) => this.#clicked(event));
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#take();
    this.#shown();
  }

  get open() {
    return this.changed || this.saver.busy;
  }

  get disputed() {
    return !this.conflict.hidden;
  }

  touched() {
    this.changed = true;
    keepDraft(this.form);
    this.#shown();
    if (this.signedOut) this.on.signIn();
    else this.saver.now();
  }

  // ------------------------------------------------------------------------------ sending

  #send() {
    this.changed = false;
    this.#say(this.form.dataset.saving);
    const body = new FormData(this.form);
    body.delete("pair");
    return fetch(this.form.action, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
  }

  async #answered(response) {
    const answer = await response.json();
    this.saved = response.ok;
    if (response.status === 401) return this.#askToSignIn();
    this.#showErrors(answer.fields);
    if (answer.marks) return this.#dispute(answer);
    if (!response.ok) return this.#say(answer.message, true);
    this.form.elements.version.value = answer.version;
    if (this.changed) return keepDraft(this.form);
    clearDraft(this.form);
    return this.#say(answer.said); // the total is the page's own: a mark may be half typed meanwhile
  }

  #away() {
    this.changed = true;
    this.pressed = null; // nothing is handed in behind a person's back once the network is there again
    keepDraft(this.form);
    this.#say(navigator.onLine ? this.form.dataset.failed : this.form.dataset.offline, true);
  }

  #rested() {
    if (this.signedOut) return true;
    if (this.changed && this.saved) return false; // typed meanwhile: saved first
    if (!this.pressed) {
      if (this.saved) this.on.rested(this.form);
      return false;
    }
    const button = this.pressed;
    if (!this.saved) this.pressed = null;
    else button.click();
    return this.saved;
  }

  #submit(event) {
    if (this.pressed && this.saved && !this.open && !this.signedOut) return; // all is kept: hand it in
    event.preventDefault(); // the browser's own page of errors would take the marks away
    if (this.disputed) return;
    this.pressed = event.submitter ?? this.form.querySelector(".actions [type=submit]");
    this.changed = true;
    if (this.signedOut) this.on.signIn();
    else this.saver.now();
  }

  #askToSignIn() {
    this.signedOut = this.changed = true;
    keepDraft(this.form);
    this.#say(this.form.dataset.signedOut, true);
    this.on.signIn();
  }

  // The page as the server shows it now: its token for forms, if it is the same person's. False: reload.
  goOn(page) {
    const path = new URL(this.form.action).pathname;
    const forms = [...page.querySelectorAll("form[data-ballot]")];
    const fresh = forms.find((form) => form.getAttribute("action") === path);
    if (fresh?.dataset.ballot !== this.form.dataset.ballot) {
      if (fresh) this.#say(this.form.dataset.other, true);
      else this.changed = false; // no longer to be changed: the page says why
      return Boolean(fresh);
    }
    for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = fresh.elements.csrf_token.value;
    this.signedOut = false;
    this.saver.now();
    return true;
  }

  // --------------------------------------------------------------------- kept on the device

  #take() {
    const draft = draftOf(this.form);
    if (!draft) return;
    const { version } = this.form.elements;
    if (Number(draft.version) >= Number(version.value)) { // a page kept for a time without a line may be the older one
      version.value = draft.version;
      lay(this.form, draft.fields);
      this.touched();
    } else if (differences(this.form, draft.fields).length) this.#ask(draft.fields);
    else clearDraft(this.form);
  }

  // Saved elsewhere in between: what stands here becomes the draft, what the server has stands in the form.
  #dispute(answer) {
    const { form } = this;
    keepDraft(form);
    this.changed = false;
    this.pressed = null;
    form.elements.version.value = answer.version;
    for (const box of form.querySelectorAll("[data-mark]")) box.value = answer.marks[box.name.slice(5)] ?? "";
    form.elements.comment.value = answer.comment ?? "";
    this.#say(answer.message, true);
    this.#shown();
    const { fields } = draftOf(form) ?? { fields: [] };
    if (differences(form, fields).length) this.#ask(fields);
    else clearDraft(form);
  }

  #ask(fields) {
    const list = this.conflict.querySelector("[data-differences]");
    const { words, note, none } = list.dataset;
    const items = differences(this.form, fields).map(([name, here, there]) => {
      const label = this.form.elements[name].labels[0];
      const said = { name: name === "comment" ? note : label.textContent, here: here || none, there: there || none };
      return Object.assign(document.createElement("li"), { textContent: fill(words, said) });
    });
    list.replaceChildren(...items);
    this.#hold(true);
    for (const button of this.conflict.querySelectorAll("[data-keep]")) {
      button.onclick = () => this.#choose(button.dataset.keep === "here" ? fields : null);
    }
  }

  // Until a person has chosen nothing else is typed over either of the two.
  #hold(asked) {
    this.conflict.hidden = !asked;
    this.form.querySelector("fieldset").disabled = asked;
  }

  #choose(fields) {
    this.#hold(false);
    clearDraft(this.form);
    if (!fields) return this.#say("");
    lay(this.form, fields);
    return this.touched();
  }

  // ------------------------------------------------------------------------------ showing

  #say(text, bad = false) {
    keepRoom(this.sum);
    this.status.textContent = text;
    this.status.classList.toggle("jury__saved--bad", bad);
    this.status.classList.remove("jury__saved--none");
  }

  #showErrors(fields = {}) {
    for (const place of this.form.querySelectorAll("[data-error]")) {
      const text = fields[place.dataset.error] ?? "";
      if (text) giveRoom(place);
      else keepRoom(place);
      if (text) place.hidden = false;
      place.textContent = text;
      this.form.elements[place.dataset.error].setAttribute("aria-invalid", text ? "true" : "false");
    }
  }

  #shown() {
    for (const level of this.form.querySelectorAll("[data-points]")) {
      const { value } = document.getElementById(level.dataset.for);
      level.setAttribute("aria-pressed", String(value !== "" && Number(value) === Number(level.dataset.points)));
    }
    this.#add();
  }

  // The total as the server counts it: whole marks within the scale, each times its weight.
  #add() {
    const place = this.form.querySelector("[data-total]");
    let [points, missing] = [0, 0];
    for (const box of this.form.querySelectorAll("[data-mark]")) {
      const mark = Number(box.value);
      if (/^\d+$/.test(box.value.trim()) && mark <= Number(box.max)) points += mark * Number(box.dataset.weight);
      else missing += 1;
    }
    const said = { points: number(points), possible: number(Number(place.dataset.possible)), missing: number(missing) };
    const text = fill(missing ? this.form.dataset.part : this.form.dataset.whole, said);
    if (place.textContent !== text) place.textContent = text;
  }

  // Enter leads to the next box, Shift+Enter back: a ballot is handed in by its button alone.
  #lead(event) {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-mark]")) return;
    event.preventDefault();
    const boxes = [...this.form.querySelectorAll("[data-mark]"), this.form.elements.comment];
    const next = boxes[boxes.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
    next?.focus();
    next?.select();
  }

  #clicked(event) {
    const level = event.target.closest("[data-points]");
    if (!level) return;
    document.getElementById(level.dataset.for).value = level.dataset.points;
    this.touched();
  }
}
