// The page on which a unit, or an organiser in its place, sends a clip: pick, look, send, go on after a break.
// All texts come from the page: <section data-upload='{endpoint, entry, policy, texts, …}'>.
import { fingerprint } from "./_fingerprint.js";
import { Sending } from "./_sending.js";
import { lifted } from "./_steady.js";
import { fill, number, size, time } from "./_words.js";

const LONGEST_LOOK_MS = 20_000; // an old phone takes some seconds; after that the server alone looks

const late = (ms) => new Promise((_, fail) => setTimeout(() => fail(new Error("too late")), ms));

class Uploader {
  constructor(section) {
    this.section = section;
    this.config = JSON.parse(section.dataset.upload);
    this.texts = this.config.texts;
    this.form = section.querySelector("form");
    this.input = section.querySelector("input[type=file]");
    this.parts = {};
    for (const part of section.querySelectorAll("[data-part]")) this.parts[part.dataset.part] = part;
  }

  listen() {
    const { go, pause, resume, fresh } = this.parts;
    this.form.addEventListener("submit", (event) => this.#submitted(event));
    this.input.addEventListener("change", () => this.#picked());
    go.addEventListener("click", () => this.#send());
    pause.addEventListener("click", () => this.#pause());
    resume.addEventListener("click", () => this.#resume());
    fresh?.addEventListener("click", () => this.#giveUpOld());
    addEventListener("beforeunload", (event) => this.sending?.wanted && event.preventDefault());
    document.addEventListener("visibilitychange", () => this.#stayAwake());
    this.section.classList.add("is-live");
    this.parts.plain.hidden = true;
    if (this.input.files.length) this.#picked();
  }

  #submitted(event) {
    event.preventDefault();
    if (!this.parts.go.hidden) this.#send();
  }

  #say(kind, text) {
    const said = this.parts.said;
    said.textContent = text;
    said.className = text ? `notice notice--${kind}` : "";
  }

  #show(...names) {
    for (const name of ["go", "pause", "resume", "progress"]) this.parts[name].hidden = !names.includes(name);
  }

  // Picking: look at the file and tell everything that is wrong at once.
  async #picked() {
    this.file = this.input.files[0];
    this.#show();
    this.parts.findings.replaceChildren();
    this.parts.picked.hidden = true;
    if (!this.file) return this.#say("info", "");
    this.#say("info", this.texts.looking);
    const looked = await this.#look(this.file);
    if (this.input.files[0] !== this.file) return; // another one was picked meanwhile
    this.#showClip(looked.facts);
    this.parts.findings.replaceChildren(...looked.findings.map((f) => this.#finding(f)));
    this.mend = looked.mendable;
    const stopped = looked.findings.some((f) => f.level === "hard") && !this.mend;
    if (stopped) return this.#say("bad", this.texts.stopped);
    if (!(await this.#matchesUnfinished())) return this.#refuseOther();
    this.parts.go.textContent = this.mend ? this.texts.go_mend : this.texts.go;
    if (this.mend) this.#say("look", this.texts.mend);
    else this.#say(looked.readable ? "ok" : "info", looked.readable ? this.texts.good : this.texts.unreadable);
    this.#show("go");
    this.parts.go.focus();
  }

  // The facts at once, the picture as soon as the browser has decoded one.
  async #showClip(facts) {
    const { file, texts, parts } = this;
    if (!this.config.policy.rules) return;
    const { firstPicture, showClip } = await import("./_clip_picture.js").catch(() => ({}));
    if (!showClip || this.file !== file) return;
    showClip(parts.picked, file, facts, null, texts);
    const seen = await firstPicture(file).catch(() => null);
    await lifted();
    if (seen && this.file === file) showClip(parts.picked, file, facts, seen, texts);
  }

  async #look(file) {
    if (!this.config.policy.rules) return this.#lookAtFile(file);
    try {
      const looking = import("./precheck.js").then(({ precheck }) => precheck(file, this.config.policy, this.texts));
      return await Promise.race([looking, late(LONGEST_LOOK_MS)]);
    } catch {
      return { readable: false, facts: null, findings: [], mendable: false };
    }
  }

  // What is no clip: kind and size; the server reads it.
  async #lookAtFile(file) {
    const { checkFile } = await import("./_file_look.js");
    return { readable: true, facts: null, findings: checkFile(file, this.config.policy, this.texts), mendable: false };
  }

  #finding({ level, message, remedy }) {
    const item = document.createElement("div");
    item.className = `finding finding--${level === "hard" ? "bad" : "look"}`;
    for (const text of [message, remedy].filter(Boolean)) {
      const line = document.createElement("p");
      line.textContent = text;
      if (text === remedy) line.className = "finding__do";
      item.append(line);
    }
    return item;
  }

  // An unfinished upload goes on with the same file only.
  async #matchesUnfinished() {
    const old = this.config.unfinished;
    this.print = await fingerprint(this.file).catch(() => null);
    if (this.print === null) {
      this.unreadableFile = true;
      return !old;
    }
    if (!old) return true;
    return old.length === this.file.size && (!old.fingerprint || !this.print || old.fingerprint === this.print);
  }

  #refuseOther() {
    const { filename, length } = this.config.unfinished;
    this.#say("bad", fill(this.texts.other_file, { filename, size: size(length) }));
    if (this.parts.fresh) this.parts.fresh.hidden = false;
  }

  async #giveUpOld() {
    const headers = { "Tus-Resumable": "1.0.0" };
    await fetch(this.config.unfinished.url, { method: "DELETE", headers }).catch(() => null);
    this.#forgetOld();
    this.#picked();
  }

  #forgetOld() {
    this.config.unfinished = null;
    if (this.parts.fresh) this.parts.fresh.hidden = true;
    for (const part of this.section.querySelectorAll("[data-unfinished]")) part.hidden = true;
  }

  // Sending.
  async #send() {
    if (this.sending) return;
    if (this.unreadableFile) return this.#say("bad", this.texts.save_first);
    this.parts.go.hidden = true;
    if (!(await this.#onlyTab())) return this.#say("look", this.texts.other_tab);
    const tus = await import("./_tus.js").catch(() => null);
    if (!tus) return this.#failed({});
    this.sending = new Sending(tus, this.file, this.#options(), {
      progress: (p) => this.#progress(p),
      state: (s) => this.#state(s),
      done: () => this.#done(),
      failed: (error) => this.#failed(error),
    });
    this.input.disabled = true;
    this.#show("pause", "progress");
    this.sending.start();
    this.#stayAwake();
  }

  #options() {
    const { endpoint, entry, errand, unfinished, chunk_size: chunkSize } = this.config;
    const metadata = { entry, filename: this.file.name, fingerprint: this.print };
    if (this.mend) metadata.mend = "1";
    if (errand) metadata.errand = errand; // an organiser sends it in the unit's place
    return { endpoint, metadata, chunkSize, url: unfinished?.url ?? null };
  }

  // Two tabs sending the same clip would cut each other off.
  #onlyTab() {
    if (!navigator.locks || this.alone) return true;
    return new Promise((tell) => {
      navigator.locks.request(`upload-${this.config.entry}`, { ifAvailable: true }, (lock) => {
        this.alone = lock !== null;
        tell(this.alone);
        return lock && new Promise(() => {}); // held until the page is left
      });
    });
  }

  #progress({ sent, total, speed, left }) {
    const bar = this.parts.progress.querySelector("progress");
    bar.max = total;
    bar.value = sent;
    const percent = total ? Math.floor((sent / total) * 100) : 100;
    this.parts.percent.textContent = `${number(percent)} %`;
    const facts = { sent: size(sent), total: size(total), speed: `${size(speed)}/s` };
    this.parts.note.textContent =
      left === null ? fill(this.texts.sent, facts) : fill(this.texts.sent_left, { ...facts, left: time(left) });
  }

  #state(state) {
    if (state === this.state) return;
    this.state = state;
    this.#say(state === "waiting" ? "look" : "info", this.texts[state]);
    if (state === "running") this.#stayAwake();
  }

  async #pause() {
    this.#show("resume", "progress");
    this.parts.resume.focus();
    await this.sending.pause();
    this.#letSleep();
  }

  #resume() {
    this.#show("pause", "progress");
    this.parts.pause.focus();
    this.sending.start();
  }

  #done() {
    this.#show("progress");
    this.#say("ok", this.texts.done);
    location.assign(this.config.done_url);
  }

  async #failed(error) {
    const { url } = this.sending?.upload ?? {};
    this.sending = null;
    this.#letSleep();
    const status = error.originalResponse?.getStatus();
    if (status === 404 || status === 410) this.#forgetOld(); // ended for good: the next one is new
    this.input.disabled = false;
    this.#show("go");
    this.#say("bad", await this.#sentence(error, url));
  }

  async #sentence({ originalRequest: asked, originalResponse: answer }, url) {
    if (!answer) return this.texts.save_first;
    try {
      const told = JSON.parse(asked.getMethod() === "HEAD" ? await this.#why(url) : answer.getBody());
      return document.documentElement.lang === "en" ? told.en : told.vi;
    } catch {
      return this.texts.refused;
    }
  }

  // The answer to a HEAD has no text; a part without a byte is refused with the same words.
  async #why(url) {
    const headers = { "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" };
    return (await fetch(url, { method: "PATCH", headers })).text();
  }

  // A phone that locks itself stops sending. The lock is lost whenever the page is hidden, and
  // given back while nothing is sent.
  async #stayAwake() {
    if (!this.sending?.wanted || document.visibilityState !== "visible" || this.awake) return;
    this.awake = navigator.wakeLock?.request("screen").catch(() => null); // asked for once at a time
    const lock = await this.awake;
    if (!lock) return (this.awake = null);
    lock.addEventListener("release", () => {
      this.awake = null;
      this.#stayAwake();
    });
  }

  async #letSleep() {
    (await this.awake)?.release();
  }
}

for (const section of document.querySelectorAll("[data-upload]")) new Uploader(section).listen();
