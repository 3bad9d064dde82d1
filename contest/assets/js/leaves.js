// Pages and pictures of an entry, one at a time in a dialog: arrows turn, + and - zoom, Escape closes. Without it each
// is a link to itself.

const STEPS = [1, 1.5, 2, 3];

class Viewer {
  constructor(section) {
    this.links = [...section.querySelectorAll("[data-leaf]")];
    this.words = JSON.parse(section.dataset.words);
    this.at = 0;
    this.step = 0;
    this.links.forEach((link, place) => link.addEventListener("click", (event) => this.#clicked(event, place)));
  }

  #clicked(event, place) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own was asked for
    event.preventDefault();
    this.dialog ??= this.#made();
    this.dialog.showModal();
    this.#show(place);
  }

  #made() {
    const dialog = document.createElement("dialog");
    dialog.className = "viewer";
    this.title = document.createElement("p");
    this.title.className = "viewer__title";
    this.title.setAttribute("aria-live", "polite");
    this.room = document.createElement("div");
    this.room.className = "viewer__room";
    this.room.tabIndex = 0;
    this.picture = document.createElement("img");
    this.room.append(this.picture);
    const bar = document.createElement("div");
    bar.className = "viewer__bar";
    bar.append(this.title, ...this.#buttons(dialog));
    dialog.append(bar, this.room);
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("close", () => this.links[this.at].focus());
    document.body.append(dialog);
    return dialog;
  }

  #buttons(dialog) {
    const { previous, next, larger, smaller, close } = this.words;
    return [
      this.#button(previous, () => this.#show(this.at - 1)),
      this.#button(next, () => this.#show(this.at + 1)),
      this.#button(smaller, () => this.#zoom(-1)),
      this.#button(larger, () => this.#zoom(1)),
      this.#button(close, () => dialog.close()),
    ];
  }

  #button(text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--secondary button--small";
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  #show(place) {
    if (place < 0 || place >= this.links.length) return;
    this.at = place;
    const shown = this.links[place].querySelector("img");
    this.picture.src = this.links[place].href;
    this.picture.alt = shown.alt;
    this.dialog.setAttribute("aria-label", shown.alt);
    this.title.textContent = this.links[place].closest("figure").querySelector("figcaption").textContent;
    this.room.scrollTo(0, 0);
  }

  #zoom(by) {
    this.step = Math.min(Math.max(this.step + by, 0), STEPS.length - 1);
    this.room.dataset.zoom = this.step;
  }

  #key(event) {
    const act = {
      ArrowLeft: () => this.#show(this.at - 1), ArrowRight: () => this.#show(this.at + 1),
      "+": () => this.#zoom(1), "=": () => this.#zoom(1), "-": () => this.#zoom(-1),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || (this.step && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    event.stopPropagation(); // the reviewer's own keys mean other things
    act();
  }
}

for (const section of document.querySelectorAll("[data-leaves]")) new Viewer(section);
