// The last decision can be taken back for some seconds: by the button, and by Z.
import { startKeys } from "./_keys.js";

const bar = document.querySelector("[data-undo]");

if (bar) {
  const ends = Date.now() + Number(bar.dataset.undo) * 1000;
  const left = bar.querySelector("[data-undo-left]");
  const tick = () => {
    const seconds = Math.ceil((ends - Date.now()) / 1000);
    if (seconds <= 0) return bar.remove();
    left.textContent = seconds;
    setTimeout(tick, 250);
  };
  if (Number(bar.dataset.undo) > 0) tick();
  startKeys(null, { z: () => bar.isConnected && bar.querySelector("button").click() });
}
