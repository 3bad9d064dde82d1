// Keys of the reviewer's pages. One switch turns them off for good on this device (WCAG 2.1.4): who speaks
// to the computer, or brushes a key, must not decide by accident. What Enter sends can be taken back.
const SWITCH = "hoithi-keys";
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
const PRESSING = "button, a, summary";
const MOVING = "input[type=radio], video"; // the arrows are theirs

function stored() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

function store(on) {
  try {
    localStorage.setItem(SWITCH, on ? "on" : "off");
  } catch {
    // a browser without storage asks again on the next page
  }
}

// Digits by their place on the keyboard: with a Vietnamese layout they write letters.
function named(event) {
  return /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] ?? (event.key ?? "").toLowerCase(); // none where a browser fills a field in
}

function meant(event, key) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return false;
  if (event.shiftKey && key !== "?" && key !== "+") return false; // these two are written with it
  if (event.repeat && !key.startsWith("arrow")) return false;
  if (event.target.matches(TYPING)) return false;
  if (key === " ") return !event.target.matches(`${PRESSING}, video, input`);
  if (key === "enter") return !event.target.matches(PRESSING);
  return !(key.startsWith("arrow") && event.target.matches(MOVING));
}

// `actions`: key -> what it does. `panel`: names the keys and holds the switch, where the page has one.
export function startKeys(panel, actions) {
  const box = panel?.querySelector("[data-keys-switch]");
  if (box) {
    panel.hidden = false;
    box.checked = stored();
    box.addEventListener("change", () => {
      store(box.checked);
      document.documentElement.classList.toggle("has-keys", box.checked);
    });
  }
  document.documentElement.classList.toggle("has-keys", stored());
  document.addEventListener("keydown", (event) => {
    const key = named(event), action = actions[key];
    if (!action || event.defaultPrevented || !stored() || !meant(event, key)) return;
    event.preventDefault();
    action();
  });
}
