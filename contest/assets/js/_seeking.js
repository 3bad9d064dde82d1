// Links with a time ("1:23", frames of the contact sheet) seek the page's player instead of opening it.
export function seekTo(video, seconds) {
  const go = () => {
    video.currentTime = seconds;
    video.play().catch(() => {}); // the browser may want a gesture; the picture is there anyway
  };
  if (video.readyState > 0) go();
  else {
    video.addEventListener("loadedmetadata", go, { once: true });
    video.load();
  }
  video.scrollIntoView({ block: "nearest" });
}

// One listener for all, so that parts of the page that come later seek as well. `player`: gives the video.
export function startSeeking(player) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-seek]");
    if (!link || !player()) return;
    event.preventDefault();
    seekTo(player(), Number(link.dataset.seek));
  });
}

// 83.4 -> "1:23", as everywhere on our pages
export function timeCode(seconds) {
  const whole = Math.floor(seconds || 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
