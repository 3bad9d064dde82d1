// One screenshot or one film for many numbers: dragged onto the page, pasted, chosen or taken.
// A file is sent after the numbers that it shows, and waits with the page for the line to be back.
import { keepRoom, lifted } from "./_steady.js";
import { fill, number, size } from "./_words.js";

const AGAIN = 4000;
const pause = (wait) => new Promise((done) => setTimeout(done, wait));

// fetch tells nothing of how far it is; a film takes minutes on a phone.
function post(url, body, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.onload = () => done({ status: request.status, text: request.responseText });
    request.onerror = () => done({ status: 0, text: "" });
    request.send(body);
  });
}

function message(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export class Proof {
  // on: {settled(): waits until no number is on its way, halted(status, answer),
  //      going(): waits until the person is signed in, attached(numbers, file)}
  constructor(form, on) {
    this.form = form;
    this.on = on;
    this.status = form.querySelector("[data-proof-status]");
    this.input = form.elements.screenshot;
    this.last = Promise.resolve();
    this.waiting = 0;
    this.#listen();
  }

  #listen() {
    const part = this.form.querySelector("[data-drop]");
    const over = (yes) => part.classList.toggle("sitting__proof--over", yes);
    this.input.addEventListener("change", () => this.take(this.input.files));
    document.addEventListener("paste", (event) => this.#pasted(event));
    document.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget || over(false));
    document.addEventListener("drop", (event) => {
      over(false);
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.take(event.dataTransfer.files);
    });
    addEventListener("beforeunload", (event) => {
      if (this.waiting) event.preventDefault();
    });
  }

  // Cells of a spreadsheet come with a picture of themselves: in a field their text is meant.
  #pasted(event) {
    const { files = [], types = [] } = event.clipboardData ?? {};
    const typing = event.target.matches?.("input, textarea") && types.includes("text/plain");
    if (!files.length || typing) return;
    event.preventDefault();
    this.take(files);
  }

  take(files) {
    const codes = [...this.form.querySelectorAll("[data-choice]:checked")].map((box) => box.value);
    for (const file of [...files]) {
      this.waiting += 1;
      this.last = this.last.then(() => this.#send(file, codes)).finally(() => (this.waiting -= 1));
    }
  }

  #say(text, bad = false) {
    keepRoom(this.status);
    this.status.textContent = text;
    this.status.classList.toggle("sit__state--bad", bad);
  }

  #tooLarge(file) {
    const { mostScreenshot, mostRecording, tooLarge } = this.form.dataset;
    if (file.size <= Number(file.type.startsWith("image/") ? mostScreenshot : mostRecording)) return "";
    return fill(tooLarge, { name: file.name, picture: size(mostScreenshot), film: size(mostRecording) });
  }

  #body(file, codes) {
    const body = new FormData();
    body.append("csrf_token", this.form.elements.csrf_token.value);
    body.append("person", this.form.dataset.person);
    for (const code of codes) body.append("codes", code);
    body.append("screenshot", file, file.name);
    return body;
  }

  async #send(file, codes) {
    const said = this.#tooLarge(file);
    if (said) return this.#say(said, true);
    await this.on.settled();
    for (;;) {
      const progress = (part) => this.#say(fill(this.form.dataset.sending, { name: file.name, percent: `${number(part * 100)}%` }));
      progress(0);
      const { status, text } = await post(this.form.dataset.proof, this.#body(file, codes), progress);
      const answer = message(text);
      if (status === 200) return this.#done(answer);
      if (status === 422 || status === 413) return this.#say(answer.message, true);
      this.#say(fill(this.form.dataset.fileWaits, { name: file.name }), true);
      if (status && status < 500 && status !== 429) {
        this.on.halted(status, answer);
        await this.on.going();
      } else await pause(AGAIN);
    }
  }

  async #done(answer) {
    await lifted();
    this.#say(answer.said);
    this.input.value = "";
    for (const box of this.form.querySelectorAll("[data-choice]:checked")) box.checked = false;
    this.on.attached(answer.numbers, answer);
  }
}
