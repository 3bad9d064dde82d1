// Signing in without leaving a page on which something is not saved yet: the server's own forms (password, then
// a code where the account has a second factor) stand in a dialog, until the server answers with this very page.

// The form that asks for something; those of passkeys stay hidden until their own script shows them.
function asking(page) {
  const fields = "input:not([type=hidden])";
  return [...page.querySelectorAll("main form[method=post]")].find((form) => !form.hidden && form.querySelector(fields));
}

async function read(response) {
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

export class SignIn {
  // done(page): signed in; `page` is this page as the server shows it now.
  constructor(dialog, done) {
    this.dialog = dialog;
    this.done = done;
    this.place = dialog.querySelector("[data-form]");
    dialog.querySelector("[data-close]").addEventListener("click", () => this.#close());
  }

  async open() {
    if (this.dialog.open) return;
    if (this.dialog.showModal) this.dialog.showModal();
    else this.dialog.setAttribute("open", "");
    await this.#take(() => fetch(this.dialog.dataset.address, { credentials: "same-origin" }));
  }

  // Perhaps the person has signed in elsewhere meanwhile: in another tab, by the link of a mail.
  async look() {
    const response = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!response?.ok) return;
    const page = await read(response);
    this.#close();
    this.done(page);
  }

  #close() {
    if (this.dialog.close) this.dialog.close();
    else this.dialog.removeAttribute("open");
  }

  // Away or busy: what was typed stays, and may be sent again.
  async #take(ask) {
    try {
      const response = await ask();
      const page = await read(response);
      if (response.ok && new URL(response.url).pathname === location.pathname) {
        this.#close();
        return this.done(page);
      }
      return this.#show(page);
    } catch {
      this.#say(this.dialog.dataset.failed);
    }
    return undefined;
  }

  #show(page) {
    const form = asking(page);
    if (!form) return this.#say(this.dialog.dataset.failed);
    const errors = page.querySelector("main .errors");
    this.place.textContent = "";
    this.place.append(...[errors, form].filter(Boolean).map((part) => document.importNode(part, true)));
    const shown = this.place.querySelector("form");
    shown.addEventListener("submit", (event) => {
      event.preventDefault();
      const body = new URLSearchParams(new FormData(shown));
      this.#take(() => fetch(shown.action, { method: "POST", body, credentials: "same-origin" }));
    });
    shown.querySelector("input:not([type=hidden])").focus();
    return undefined;
  }

  #say(text) {
    const line = this.place.querySelector("[data-said]") ?? document.createElement("p");
    line.dataset.said = "";
    line.className = "field__error";
    line.setAttribute("role", "alert");
    line.textContent = text;
    this.place.append(line);
  }
}
