// Small helps on every page. Everything works without them.
import { startCountdowns } from "./_countdown.js";
import { startConfirms } from "./_confirm.js";
import { startFiles } from "./_files.js";
import { forgetWhereSignedOut } from "./_kept.js";
import { startRefresh } from "./_refresh.js";
import { startTicks } from "./_ticks.js";

forgetWhereSignedOut();

// The summary of errors is read first, also by a screen reader.
document.querySelector("[data-focus]")?.focus();

// On a phone the rooms scroll sideways: the one we are in comes into sight.
const here = document.querySelector(".nav [aria-current]");
if (here) here.closest("ul").scrollLeft = here.offsetLeft - 48;

// A menu closes with Escape and when the person goes elsewhere.
for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A second click on a slow connection must not send a form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// "/" puts the cursor into the search field of the page, where nothing is being typed (WCAG 2.1.4: no
// other key does anything, and inside a field it stays a letter).
const find = document.querySelector("main [data-find]") ?? document.querySelector("[data-find]");
if (find) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.matches("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    const icon = document.querySelector(".find__icon");
    if (find.offsetParent) find.focus();
    else icon?.focus(); // on a phone the icon leads to the field
  });
}

// What a button copies is named by its id: a field's value, or the text of anything else.
async function copy(source) {
  source.select?.();
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch { // an address without https, or a browser that does not let us
    if (!source.select) getSelection().selectAllChildren(source);
    document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copy));
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = label), 3000);
  });
}

startCountdowns();
startConfirms();
startFiles();
startRefresh();
startTicks();
