// The page on which a set of pictures is put together: what was chosen is sent one picture after another, each going on
// where a broken line left it. Without it the form sends them, up to its size.
import { checkFile } from "./_file_look.js";
import { fingerprint } from "./_fingerprint.js";
import { Sending } from "./_sending.js";
import { fill } from "./_words.js";

class Adder {
  constructor(section) {
    this.config = JSON.parse(section.dataset.pictures);
    this.form = section.querySelector("form");
    this.input = section.querySelector("input[type=file]");
    this.said = section.querySelector("[data-part=said]");
    this.bar = section.querySelector("progress");
    this.form.addEventListener("submit", (event) => this.#submitted(event));
    addEventListener("beforeunload", (event) => this.busy && event.preventDefault());
  }

  #say(kind, text) {
    this.said.textContent = text;
    this.said.className = text ? `notice notice--${kind}` : "";
  }

  async #submitted(event) {
    const files = [...this.input.files];
    if (!files.length || this.busy) return; // the server says what is missing
    event.preventDefault();
    const { policy, texts } = this.config;
    const faults = files.flatMap((file) => checkFile(file, policy, texts));
    if (faults.length) return this.#say("bad", faults.map(({ message, remedy }) => `${message} ${remedy}`).join(" "));
    this.busy = true;
    this.input.disabled = true;
    this.bar.hidden = false;
    const refusal = await this.#all(files);
    this.busy = false;
    this.input.disabled = false;
    if (refusal) return this.#say("bad", refusal);
    location.reload();
  }

  async #all(files) {
    const tus = await import("./_tus.js");
    for (const [place, file] of files.entries()) {
      this.#say("info", fill(this.config.texts.running, { number: place + 1, count: files.length }));
      const refusal = await this.#one(tus, file, place / files.length, 1 / files.length);
      if (refusal) return refusal;
    }
    return "";
  }

  async #one(tus, file, begin, share) {
    const { endpoint, entry, errand, chunk_size: chunkSize, texts } = this.config;
    const print = await fingerprint(file).catch(() => "");
    const metadata = { entry, filename: file.name, fingerprint: print };
    if (errand) metadata.errand = errand; // an organiser sends it in the unit's place
    const options = { endpoint, chunkSize, url: null, metadata };
    return new Promise((tell) => {
      const sending = new Sending(tus, file, options, {
        progress: ({ sent, total }) => (this.bar.value = begin + share * (total ? sent / total : 1)),
        state: (state) => state === "waiting" && this.#say("look", texts.waiting),
        done: () => tell(""),
        failed: (error) => tell(this.#sentence(error)),
      });
      sending.start();
    });
  }

  #sentence({ originalResponse: answer }) {
    try {
      const told = JSON.parse(answer.getBody());
      return document.documentElement.lang === "en" ? told.en : told.vi;
    } catch {
      return this.config.texts.refused;
    }
  }
}

for (const section of document.querySelectorAll("[data-pictures]")) new Adder(section);
