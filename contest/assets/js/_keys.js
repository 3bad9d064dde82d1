// Keys of the reviewer's page. One switch turns them off for good on this device (WCAG 2.1.4):
// who speaks to the computer, or brushes a key, must not decide by accident. A key alone never sends anything.
const SWITCH = "hoithi-keys";
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";
const PRESSING = "button, a, summary, video, input";

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

function meant(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return false;
  if (event.target.matches(TYPING)) return false;
  return !(event.key === " " && event.target.matches(PRESSING));
}

// `actions`: key -> what it does.
export function startKeys(panel, actions) {
  const box = panel.querySelector("[data-keys-switch]");
  panel.hidden = false;
  box.checked = stored();
  box.addEventListener("change", () => store(box.checked));
  document.addEventListener("keydown", (event) => {
    const action = actions[event.key.toLowerCase()];
    if (!action || !box.checked || !meant(event)) return;
    event.preventDefault();
    action();
  });
}
