// A section of the rules is checked while it is being filled in, as it would be after saving: each
// sentence stands beside its field, what is about no single one above the button. Without this the
// page says the same once the form is sent.
import { giveRoom, keepRoom, lifted } from "./_steady.js";

const WAIT_MS = 500;
const CLASSES = { bad: "field__error", look: "field__look", info: "field__hint" };

const form = document.querySelector("form[data-check]");
const told = document.querySelector("[data-checked]");
let shown = []; // what was put beside fields: the field, its sentence
let timer = 0;
let asked = 0;

function sentence(finding) {
  const line = document.createElement("p");
  line.className = CLASSES[finding.kind] || CLASSES.info;
  line.textContent = finding.text;
  return line;
}

const words = (list) => (list || "").split(" ").filter(Boolean);

// The sentence is a part of the field's description for whoever hears the page.
function describe(field, id, there) {
  const ids = words(field.getAttribute("aria-describedby")).filter((one) => one !== id);
  if (there) ids.push(id);
  if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
  else field.removeAttribute("aria-describedby");
}

function clear() {
  for (const [field, line] of shown) {
    describe(field, line.id, false);
    line.remove();
  }
  shown = [];
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  // What the server said when the form was sent is said anew, or no longer true.
  for (const line of form.querySelectorAll(".field > .field__error, fieldset > .field__error")) line.remove();
  for (const place of form.querySelectorAll(".field--error")) place.classList.remove("field--error");
}

function beside(finding, number) {
  const field = form.elements[finding.field];
  const place = field?.closest?.(".field");
  if (!place) return false;
  const line = sentence(finding);
  line.id = `checked-${number}`;
  place.append(line);
  describe(field, line.id, true);
  if (finding.kind === "bad") {
    field.setAttribute("aria-invalid", "true");
    place.classList.add("field--error");
  }
  shown.push([field, line]);
  return true;
}

function show(answer) {
  const places = [...shown.map(([field]) => field.closest(".field")), ...form.querySelectorAll(".field--error")];
  for (const place of [...places, told]) keepRoom(place);
  clear();
  const rest = answer.findings.filter((finding, number) => !beside(finding, number));
  const lines = rest.map(sentence);
  if (answer.said) lines.unshift(sentence({ kind: "info", text: answer.said }));
  told.replaceChildren(...lines);
}

// Answers may come in another order than they were asked for: only the last one counts.
async function check() {
  const mine = ++asked;
  const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  if (!answer.ok) return; // signed out, or away: sending the form says it
  const found = await answer.json();
  await lifted();
  if (mine === asked) show(found);
}

form?.addEventListener("input", () => {
  giveRoom();
  clearTimeout(timer);
  timer = setTimeout(() => check().catch(() => {}), WAIT_MS);
});
