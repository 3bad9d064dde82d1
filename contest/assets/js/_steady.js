// Nothing moves under a finger: a press that begins on a button and ends beside it is none. What an answer changes on
// the page waits until the press is over; what gets shorter keeps its room until somebody types there again; and what
// has to appear above leaves in its place what is being typed.
const AFTER = 100; // ms after a finger was lifted: the click that comes of it is over
const MOST = 1500; // ms; who rests a finger on the page is told all the same
const LOOK = 30;

let since = null; // when the finger came down; null: none is
let quiet = 0; // from when on nothing is pressed
const waiting = []; // what is to be told after the press, in its order
const kept = new Set();

function pressing() {
  const now = performance.now();
  return since === null ? now < quiet : now - since < MOST;
}

addEventListener("pointerdown", () => (since = performance.now()), true);
for (const name of ["pointerup", "pointercancel"]) {
  addEventListener(name, () => {
    since = null;
    quiet = performance.now() + (name === "pointerup" ? AFTER : 0);
  }, true);
}

function release() {
  if (pressing()) return setTimeout(release, LOOK);
  for (const go of waiting.splice(0)) go();
  return 0;
}

// Resolved at once while nothing is pressed, else after the press, in the order in which it was asked for.
export function lifted() {
  if (!waiting.length && !pressing()) return Promise.resolve();
  return new Promise((go) => {
    waiting.push(go);
    if (waiting.length === 1) setTimeout(release, LOOK);
  });
}

// Called before its text is exchanged.
export function keepRoom(element) {
  if (!element.offsetHeight) return;
  element.style.minHeight = `${element.offsetHeight}px`;
  kept.add(element);
}

export function giveRoom(...elements) {
  for (const element of elements.length ? elements : [...kept]) {
    element.style.minHeight = "";
    kept.delete(element);
  }
}

addEventListener("resize", () => giveRoom()); // a phone was turned: other lines, other heights

// Shows or hides something above: what has the focus, or stands in the midst, stays where it is on the screen.
export function inPlace(change) {
  const { activeElement: focused, body } = document;
  const anchor = focused && focused !== body ? focused : document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (anchor?.isConnected) scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
}
