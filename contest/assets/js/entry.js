// The unit's page of an entry: time codes of a reviewer's note seek the clip that was sent, and a clip that
// this device cannot play says so.
import { startSeeking } from "./_seeking.js";

startSeeking(() => document.getElementById("player"));

document.addEventListener("error", (event) => {
  if (event.target.id !== "player") return;
  for (const note of document.querySelectorAll("[data-cannot-play]")) note.hidden = false;
}, true); // media errors do not bubble
