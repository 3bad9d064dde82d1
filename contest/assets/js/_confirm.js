// Asks before a form with data-confirm is sent. Where the question must be asked in any case,
// templates use the macro `confirm`, which needs no script.
function dialogFor(form) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.textContent = form.dataset.confirm;
  text.id = "confirm-text";
  dialog.setAttribute("aria-labelledby", text.id);
  const actions = document.createElement("div");
  actions.className = "actions";
  for (const [label, value, kind] of [[form.dataset.yes, "yes", ""], [form.dataset.no, "no", " button--secondary"]]) {
    const button = document.createElement("button");
    button.className = `button${kind}`;
    button.textContent = label;
    button.addEventListener("click", () => dialog.close(value));
    actions.append(button);
  }
  dialog.append(text, actions);
  dialog.addEventListener("close", () => dialog.remove());
  return dialog;
}

function ask(form, submitter) {
  const dialog = dialogFor(form);
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    form.dataset.confirmed = "1";
    form.requestSubmit(submitter ?? undefined);
  });
  document.body.append(dialog);
  dialog.showModal();
}

export function startConfirms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed || !window.HTMLDialogElement) return;
    event.preventDefault();
    ask(form, event.submitter);
  }, { capture: true });
}
