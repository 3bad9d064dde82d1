// What the screens of a hall have in common: keys, a clicker and buttons say what to do.
const KEYS = {
  ArrowRight: "next", ArrowDown: "next", PageDown: "next", " ": "next", Enter: "next",
  ArrowLeft: "prev", ArrowUp: "prev", PageUp: "prev", Backspace: "prev",
  b: "black", B: "black", ".": "black", f: "full", F: "full", Home: "first",
};

export function full() {
  const wanted = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
  wanted?.catch(() => {});
}

// more: keys of this screen alone. move: is called with the word of a key or a button.
export function listen(move, more = {}) {
  const keys = { ...KEYS, ...more };
  document.addEventListener("keydown", (event) => {
    const what = keys[event.key];
    if (!what || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("button") && (event.key === " " || event.key === "Enter")) return;
    event.preventDefault();
    move(what);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    button.blur(); // the next space is for the show
    move(button.dataset.do);
  });
}
