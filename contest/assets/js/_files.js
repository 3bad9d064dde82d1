// A file field in the page's own language: the browser's "Choose file" speaks the phone's. The field itself
// lies over ours, unseen, so that taps, keys, labels and files dragged onto it stay the browser's.
function names(input, words) {
  const files = [...input.files].map((file) => file.name);
  return files.length ? files.join(", ") : input.multiple ? words.noneOfMany : words.none;
}

function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

export function startFiles() {
  const words = document.body.dataset;
  for (const input of document.querySelectorAll("input[type=file]")) {
    if (input.closest("[data-own-look]")) continue;
    const said = { none: words.fileNone, noneOfMany: words.filesNone };
    const field = span("file-pick", ""), chosen = span("file-pick__name", names(input, said));
    input.before(field);
    field.append(span("button button--secondary file-pick__button", input.dataset.choose ?? words.fileChoose), chosen, input);
    for (const part of [...field.children].slice(0, 2)) part.setAttribute("aria-hidden", "true");
    const show = () => {
      chosen.textContent = names(input, said);
      field.classList.toggle("is-filled", input.files.length > 0);
    };
    input.addEventListener("change", show);
    input.form?.addEventListener("reset", () => setTimeout(show));
    if (input.files.length) show(); // kept by the browser when the page was loaded again
  }
}
