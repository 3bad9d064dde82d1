// The form of a decision: fields that belong to one outcome, ready-made reasons, and what its keys do.
const NEEDS_REASON = ["changes", "reject"];

class Deciding {
  constructor(form) {
    this.form = form;
    this.ticks = [...form.querySelectorAll("[name=checklist]")];
    this.bar = form.querySelector("[data-decide-bar]");
  }

  get chosen() {
    return this.form.elements.outcome.value;
  }

  // What belongs to the outcome that is chosen now.
  show() {
    const { form, chosen } = this;
    for (const part of form.querySelectorAll("[data-for-outcome]")) {
      part.hidden = !part.dataset.forOutcome.split(" ").includes(chosen);
    }
    for (const reason of form.querySelectorAll("[data-reason]")) {
      reason.hidden = reason.dataset.outcome !== chosen;
    }
    if (!this.bar) return;
    for (const button of this.bar.querySelectorAll("[data-choose]")) {
      button.setAttribute("aria-pressed", String(button.dataset.choose === chosen));
    }
    const held = this.ticks.filter((box) => box.checked).length;
    this.bar.querySelector("[data-ticked]").textContent = `${held}/${this.ticks.length}`;
  }

  choose(outcome, { focus = true } = {}) {
    const radio = this.form.querySelector(`[name=outcome][value=${outcome}]`);
    if (!radio) return;
    radio.click();
    if (focus) radio.focus();
  }

  // All hold: then, unless something else was chosen already, the clip is approved.
  tickAll() {
    for (const box of this.ticks) if (!box.checked) box.click();
    if (!this.chosen) this.choose("approve");
  }

  // Sends the form and goes on to the next clip; where something is missing, leads there instead.
  send() {
    const { form, chosen } = this;
    if (!chosen) return form.querySelector("[name=outcome]").focus();
    if (NEEDS_REASON.includes(chosen) && !form.elements.reason.value.trim()) return this.write("reason");
    form.requestSubmit(form.querySelector("button[name=do][value=next]") ?? form.querySelector("[data-record]"));
  }

  write(name) {
    const field = this.form.elements[name];
    if (field.offsetParent) field.focus();
  }

  // Where a time code goes: what the unit reads, once that is there; else the internal note.
  note() {
    const { reason, note } = this.form.elements;
    return reason.offsetParent ? reason : note;
  }

  listen() {
    const { form, bar } = this;
    form.querySelector("[data-reasons]").hidden = false;
    form.addEventListener("change", () => this.show());
    for (const reason of form.querySelectorAll("[data-reason]")) {
      reason.addEventListener("click", () => this.add(reason.dataset.reason));
    }
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !event.target.matches("textarea, input")) return;
      (form.querySelector("[name=outcome]:checked") ?? form.querySelector("[name=outcome]")).focus();
    });
    if (!bar) return;
    bar.hidden = false;
    bar.querySelector("[data-tick-all]").addEventListener("click", () => this.tickAll());
    bar.querySelector("[data-send]").addEventListener("click", () => this.send());
    for (const button of bar.querySelectorAll("[data-choose]")) {
      button.addEventListener("click", () => this.choose(button.dataset.choose, { focus: false }));
    }
  }

  add(words) {
    const text = this.form.elements.reason;
    text.value = [text.value.trim(), words].filter(Boolean).join("\n");
    text.focus();
  }
}

// -> {keys, note()}: key -> what it does, and the field for a time code.
export function startDeciding(form) {
  const deciding = new Deciding(form);
  deciding.listen();
  deciding.show();
  const keys = {
    a: () => deciding.tickAll(),
    d: () => deciding.choose("approve"),
    y: () => deciding.choose("changes"),
    l: () => deciding.choose("reject"),
    r: () => deciding.write("reason"),
    n: () => deciding.write("note"),
    enter: () => deciding.send(),
  };
  deciding.ticks.slice(0, 9).forEach((box, place) => {
    keys[place + 1] = () => box.click();
  });
  return { keys, note: () => deciding.note() };
}
