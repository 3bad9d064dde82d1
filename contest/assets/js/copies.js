// Two clips side by side: a stretch starts both at its own second, one button plays and pauses both.
// Without it each time code is a link into its clip.

const here = document.getElementById("here");
const there = document.getElementById("there");

function ready(video, then) {
  if (video.readyState > 0) then();
  else video.addEventListener("loadedmetadata", then, { once: true });
}

function seek(video, seconds) {
  ready(video, () => {
    video.currentTime = seconds;
  });
}

function playBoth() {
  there.muted = true; // one voice at a time; its own control brings it back
  for (const video of [here, there]) video.play().catch(() => {});
}

function start() {
  const button = document.querySelector("[data-both]");
  button.hidden = false;
  button.addEventListener("click", () => {
    if (here.paused) playBoth();
    else for (const video of [here, there]) video.pause();
  });
  for (const link of document.querySelectorAll("[data-here]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      seek(here, Number(link.dataset.here));
      seek(there, Number(link.dataset.there));
      playBoth();
      here.scrollIntoView({ block: "nearest" });
    });
  }
}

if (here && there) start();
