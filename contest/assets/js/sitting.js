// Counts at 16:00. Each number is sent as it is typed, with the moment at which it was typed by the
// server's clock. What cannot be sent stays on this device until it can. Enter leads from field to
// field. Without this script the form's own button saves everything.
import { read, write } from "./_kept.js";
import { Outbox } from "./_outbox.js";
import { Proof } from "./_proof.js";
import { Saver } from "./_saver.js";
import { ServerClock } from "./_server_clock.js";
import { giveRoom, inPlace, keepRoom, lifted } from "./_steady.js";
import { fill, language, number, time } from "./_words.js";

const form = document.querySelector("form[data-sitting]");
const PAUSE = 2000; // ms without a key: the number is taken for finished
const DEAD = 20000; // ms without an answer
const AT_ONCE = 20; // numbers in a request
const MOST = 2e9;
const SOON = 300; // s before the cut-off

// As the server reads it: 1234, 1.234 or 1,234; null for anything else.
function count(text) {
  const plain = text.replace(/\s/g, "");
  if (!/^(\d+|\d{1,3}([.,]\d{3})+)$/.test(plain)) return null;
  const value = Number(plain.replace(/[.,]/g, ""));
  return value <= MOST ? value : null;
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

class Sitting {
  constructor() {
    const { person, contest, now, cutOff, toldUntil } = form.dataset;
    this.words = form.dataset;
    this.clock = new ServerClock(now);
    this.cutOff = Date.parse(cutOff);
    this.toldUntil = Date.parse(toldUntil);
    this.place = `hoithi-counts:${contest}:${person}`;
    this.outbox = new Outbox(this.place);
    this.inputs = [...form.querySelectorAll("[data-name]")];
    this.reason = form.elements.late_reason;
    this.halted = false;
    this.onItsWay = [];
    this.saver = new Saver({
      wanted: () => this.sendable().length > 0,
      send: () => this.send(),
      answered: (response) => this.answered(response),
      away: () => this.away(),
    });
    this.proof = new Proof(form, {
      settled: () => this.settled(),
      halted: (status, answer) => this.halt(status, answer),
      going: () => this.until(() => !this.halted),
      attached: (numbers, file) => this.attached(numbers, file),
    });
  }

  start() {
    form.querySelector("[data-plain]").hidden = true;
    form.querySelector("[data-choose]").hidden = false;
    for (const input of this.inputs) input.dataset.said = this.part(input, "[data-state]").textContent;
    this.restore();
    this.listen();
    setInterval(() => this.tick(), 1000);
    this.tick();
    this.saver.now();
  }

  listen() {
    form.addEventListener("input", (event) => {
      if (event.target.matches("[data-name]")) this.typed(event.target);
      if (event.target === this.reason) write(`${this.place}:reason`, { text: this.reason.value, at: this.clock.now() });
    });
    form.addEventListener("change", (event) => {
      if (event.target.matches("[data-name]")) this.finished(event.target);
      if (event.target === this.reason) this.saver.now();
    });
    form.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("paste", (event) => this.pasted(event));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.saver.now();
    });
    document.addEventListener("visibilitychange", () => document.hidden || this.renew());
    addEventListener("focus", () => this.renew());
    addEventListener("offline", () => this.away());
  }

  // ------------------------------------------------------------------------------ typing

  restore() {
    this.outbox.change(() => true, { refused: "", done: true });
    for (const one of this.outbox.all()) {
      const input = this.input(one.code, one.field);
      if (!input) continue;
      input.value = one.value;
      this.state(input, this.words.kept, "waiting");
      this.step(input, one.value);
    }
    const reason = read(`${this.place}:reason`);
    const lately = reason && this.clock.now() - reason.at < 2 * 3600 * 1000;
    if (lately && !this.reason.value) this.reason.value = reason.text;
  }

  input(code, field) {
    return document.getElementById(`${field}-${code}`);
  }

  typed(input) {
    const { code, name, saved } = input.dataset;
    const value = count(input.value);
    input.setAttribute("aria-invalid", "false");
    giveRoom(input.closest(".sit__field"));
    this.outbox.drop((one) => one.code === code && one.field === name && !one.done);
    if (input.value.trim() === "" || (String(value) === saved && !this.outbox.of(code, name))) return this.asBefore(input);
    this.marks(input, []);
    if (value === null) return this.state(input, this.words.noCount, "bad");
    const at = this.clock.now();
    const side = (moment) => moment > this.cutOff;
    this.outbox.put(
      { id: newId(), code, field: name, value, at: new Date(at).toISOString(), done: false },
      (older) => this.onItsWay.includes(older.id) || (older.done && side(Date.parse(older.at)) !== side(at)),
    );
    this.state(input, this.words.saving);
    clearTimeout(this.pausing);
    this.pausing = setTimeout(() => this.finished(input), PAUSE);
    return this.tell();
  }

  asBefore(input) {
    const text = input.dataset.saved === "" ? "" : input.dataset.said;
    this.state(input, text, text ? "ok" : "");
    this.step(input, input.dataset.saved === "" ? null : Number(input.dataset.saved));
    this.tell();
  }

  finished(input) {
    const { code, name } = input.dataset;
    const typing = this.outbox.of(code, name);
    const value = typing && !typing.done ? typing.value : null;
    const cleared = input.value.trim() === "" && this.takeBack(input);
    if (!cleared && count(input.value) === null) input.setAttribute("aria-invalid", "true");
    this.outbox.change((one) => one.code === code && one.field === name, { done: true });
    lifted().then(() => this.drawn(input, cleared, value)); // who leaves a field presses something
    this.saver.now();
  }

  drawn(input, cleared, value) {
    if (cleared) this.asBefore(input);
    else if (value !== null) this.step(input, value);
    if (this.halted || !navigator.onLine) this.away();
  }

  // What was not sent yet is taken back; what the server has stays, and is shown again.
  takeBack(input) {
    const { code, name, saved } = input.dataset;
    this.outbox.drop((one) => one.code === code && one.field === name && !this.onItsWay.includes(one.id));
    input.value = saved;
    return true;
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.target === this.reason) {
      event.preventDefault();
      this.saver.now();
    }
    const at = this.inputs.indexOf(event.target);
    if (at < 0) return;
    event.preventDefault();
    this.finished(event.target);
    const next = this.inputs[at + (event.shiftKey ? -1 : 1)] ?? (event.shiftKey ? null : form.elements.screenshot);
    next?.focus();
    next?.select?.();
    next?.scrollIntoView({ block: "center" });
  }

  // A column of a spreadsheet goes down the same field of this row and those below it.
  pasted(event) {
    if (!event.target.matches("[data-name]")) return;
    const lines = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r/g, "").replace(/\n+$/, "").split("\n");
    if (lines.length < 2 || lines.some((line) => line.includes("\t"))) return;
    event.preventDefault();
    const column = this.inputs.filter((input) => input.dataset.name === event.target.dataset.name);
    const below = column.slice(column.indexOf(event.target));
    below.slice(0, lines.length).forEach((input, at) => {
      if (lines[at].trim() === "") return;
      input.value = lines[at].trim();
      this.typed(input);
      this.finished(input);
    });
  }

  // What the server will say as well, once it has the number: said at once, offline too.
  step(input, value) {
    const last = input.dataset.last === "" ? null : Number(input.dataset.last);
    const { least, times, stepFell, stepTimes } = this.words;
    let text = "";
    if (last !== null && value !== null && value < last) text = stepFell;
    else if (last !== null && value - last >= Number(least) && value >= Number(times) * Math.max(last, 1)) text = stepTimes;
    const said = { change: Math.abs(value - last), last, times: Math.floor(value / Math.max(last, 1)) };
    for (const name of Object.keys(said)) said[name] = number(said[name]);
    this.marks(input, text ? [fill(text, said)] : []);
  }

  // ----------------------------------------------------------------------------- sending

  late(one) {
    return one.late || Date.parse(one.at) > this.cutOff || this.clock.now() > this.toldUntil;
  }

  sendable() {
    if (this.halted) return [];
    const reason = this.reason.value.trim();
    return this.outbox.all().filter((one) => one.done && !one.refused && (reason || !this.late(one))).slice(0, AT_ONCE);
  }

  async send() {
    const numbers = this.sendable();
    this.onItsWay = numbers.map((one) => one.id);
    const body = new FormData();
    body.append("csrf_token", form.elements.csrf_token.value);
    body.append("person", this.words.person);
    body.append("late_reason", this.reason.value);
    body.append("numbers", JSON.stringify(numbers.map(({ id, code, field, value, at }) => ({ id, code, field, value, at }))));
    this.asked = Date.now();
    const dead = new AbortController(); // a line may be dead and not say so; what is sent twice is stored once
    const timer = setTimeout(() => dead.abort(), DEAD);
    const how = { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", signal: dead.signal };
    return fetch(this.words.numbers, how).finally(() => {
      clearTimeout(timer);
      this.heard = Date.now(); // what the answer changes may wait for a finger; the clock does not
    });
  }

  async answered(response) {
    const answer = await response.json();
    this.onItsWay = [];
    if (!response.ok) return this.halt(response.status, answer);
    this.clock.heard(answer.now, this.asked, this.heard);
    for (const one of answer.results) this.result(one);
    return this.tell();
  }

  result(one) {
    const kept = this.outbox.all().find((other) => other.id === one.id);
    if (one.ok) this.outbox.drop((other) => other.id === one.id);
    else this.outbox.change((other) => other.id === one.id, one.reason ? { late: true } : { refused: one.message });
    const input = this.input(one.code ?? kept?.code, one.field ?? kept?.field);
    if (!input) return;
    if (one.ok) this.saved(input, one);
    else this.state(input, one.reason ? this.words.reason : one.message, one.reason ? "waiting" : "bad");
  }

  saved(input, one) {
    const late = one.late ? ` · ${this.words.late}` : "";
    input.dataset.saved = one.value;
    input.dataset.said = fill(this.words.saved, { time: one.time }) + late;
    this.part(input, "[data-proofs]").textContent = "";
    if (this.outbox.of(one.code, one.field)) return;
    this.state(input, input.dataset.said, "ok");
    this.marks(input, one.marks);
  }

  away() {
    this.onItsWay = [];
    for (const one of this.outbox.all()) this.waits(one);
    this.tell(true);
  }

  waits(one) {
    const input = this.input(one.code, one.field);
    if (!input || one.refused || !one.done) return;
    const reason = this.late(one) && !this.reason.value.trim();
    this.state(input, reason ? this.words.reason : this.words.kept, "waiting");
  }

  // The server does not take numbers from here as things stand: they stay, and a person is told.
  halt(status, answer) {
    this.halted = true;
    this.away();
    const trouble = document.querySelector("[data-trouble]");
    const text = document.createElement("p");
    text.textContent = status === 401 ? this.words.signedOut : answer.message || this.words.refused;
    trouble.replaceChildren(text);
    if (status === 401) {
      const link = Object.assign(document.createElement("a"), { href: this.words.signIn, target: "_blank", textContent: this.words.signInWord });
      link.className = "button";
      trouble.append(link);
    }
    inPlace(() => (trouble.hidden = false));
    if (status === 400) this.renew(); // an old token: the page has a new one
  }

  // Signed in again, perhaps in another tab: goes on with the token that a fresh page has.
  async renew() {
    if (!this.halted) return;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-sitting]");
    if (fresh?.dataset.person !== this.words.person) return;
    form.elements.csrf_token.value = fresh.elements.csrf_token.value;
    await lifted();
    inPlace(() => (document.querySelector("[data-trouble]").hidden = true));
    this.halted = false;
    this.saver.now();
  }

  // ------------------------------------------------------------------------------ showing

  part(input, selector) {
    return input.closest(".sit__field").querySelector(selector);
  }

  state(input, text, kind = "") {
    const place = this.part(input, ".sit__state");
    keepRoom(input.closest(".sit__field"));
    place.className = `sit__state${kind ? ` sit__state--${kind}` : ""}`;
    place.querySelector("[data-state]").textContent = text;
  }

  marks(input, texts) {
    const items = texts.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
    keepRoom(input.closest(".sit__field"));
    this.part(input, "[data-marks]").replaceChildren(...items);
  }

  async attached(numbers, file) {
    await lifted();
    for (const [code, field] of numbers) {
      const input = this.input(code, field);
      if (!input) continue;
      const link = Object.assign(document.createElement("a"), { href: file.href, title: file.name, textContent: this.words.proofWord });
      this.part(input, "[data-proofs]").append(" · ", link);
    }
    this.tell();
  }

  tick() {
    const now = this.clock.now();
    const clock = new Intl.DateTimeFormat(language(), { timeZone: this.words.zone, timeStyle: "medium", hourCycle: "h23" });
    form.querySelector("[data-clock-line]").textContent = fill(this.words.clock, { time: clock.format(now) });
    const late = now > this.cutOff || this.outbox.all().some((one) => this.late(one));
    const part = document.querySelector("[data-reason-part]");
    if (late && part.hidden) lifted().then(() => inPlace(() => (part.hidden = false)));
    this.progress(Math.floor((this.cutOff - now) / 1000));
  }

  progress(left) {
    const done = (input) => input.dataset.saved !== "";
    const clips = form.querySelectorAll(".sit");
    const said = {
      clips: [...clips].filter((clip) => [...clip.querySelectorAll("[data-name]")].every(done)).length,
      allClips: clips.length, numbers: this.inputs.filter(done).length, allNumbers: this.inputs.length, time: time(left),
    };
    form.querySelector("[data-progress-line]").textContent = fill(left > 0 ? this.words.progress : this.words.progressOver, said);
    form.querySelector(".sitting__bar").classList.toggle("sitting__bar--soon", left < SOON);
    form.querySelector(".sitting__bar progress").value = said.numbers;
  }

  tell(waiting = this.halted || this.saver.tries > 0 || !navigator.onLine) {
    const unsent = this.outbox.all();
    const noReason = this.reason.value.trim() ? [] : unsent.filter((one) => this.late(one));
    const status = form.querySelector("[data-status]");
    let text = "";
    if (noReason.length) text = fill(this.words.waitingReason, { count: number(noReason.length) });
    else if (unsent.length && waiting) text = fill(this.words.waiting, { count: number(unsent.length) });
    else if (!unsent.length && this.inputs.some((input) => input.dataset.saved !== "")) text = this.words.allSaved;
    if (status.textContent !== text) {
      keepRoom(status);
      status.textContent = text;
    }
    status.classList.toggle("sitting__status--bad", unsent.length > 0);
    const saved = this.inputs.filter((input) => input.dataset.saved !== "");
    const bare = saved.filter((input) => !this.part(input, "[data-proofs] a"));
    const line = bare.length ? fill(this.words.bare, { count: number(bare.length) }) : this.words.noneBare;
    form.querySelector("[data-bare-line]").textContent = saved.length ? line : "";
    for (const one of noReason) this.waits(one);
    this.progress(Math.floor((this.cutOff - this.clock.now()) / 1000));
  }

  async settled() {
    for (const input of this.inputs) if (this.outbox.of(input.dataset.code, input.dataset.name)) this.finished(input);
    await this.until(() => !this.saver.busy && !this.sendable().length);
  }

  async until(ready) {
    while (!ready()) await new Promise((done) => setTimeout(done, 150));
  }
}

if (form) new Sitting().start();
