// A clip's picture and measured facts on the phone, before its first byte is sent.
import { length, shape } from "./_measures.js";
import { size } from "./_words.js";

const LATE = 8000; // ms; some phones never tell that they cannot decode
const WIDE = 320; // pixels

// -> {canvas, duration, width, height}, or null where this browser does not decode the clip. The picture is
// taken a moment after the beginning, which is often black.
export function firstPicture(file) {
  const video = document.createElement("video"), url = URL.createObjectURL(file);
  return new Promise((tell) => {
    let over = false;
    const end = (found) => {
      if (over) return;
      over = true;
      clearTimeout(late);
      video.removeAttribute("src");
      video.load();
      URL.revokeObjectURL(url);
      tell(found);
    };
    const late = setTimeout(() => end(null), LATE);
    video.muted = true;
    video.playsInline = true;
    video.preload = "auto";
    video.addEventListener("error", () => end(null));
    video.addEventListener("loadeddata", () => (video.currentTime = Math.min(0.5, (video.duration || 0) / 4)), { once: true });
    video.addEventListener("seeked", () => end(drawn(video)), { once: true });
    video.src = url;
  });
}

function drawn(video) {
  const { videoWidth: width, videoHeight: height, duration } = video;
  if (!width) return null;
  const canvas = document.createElement("canvas");
  canvas.width = WIDE;
  canvas.height = Math.round((WIDE * height) / width);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return { canvas, duration, width, height };
}

// [[what, value]], as the checks on the phone measured it, in the words of its findings; else as the browser plays it.
export function factLines(file, facts, seen, texts) {
  const { duration, width, height } = facts?.duration && facts.width ? facts : { ...seen, ...facts };
  const unknown = texts.fact_unknown;
  return [
    [texts.fact_length, facts?.length ?? (duration ? length(duration) : unknown)],
    [texts.fact_shape, facts?.shape ?? (width ? shape(width, height) : unknown)],
    [texts.fact_size, size(file.size)],
    [texts.fact_sound, facts ? (facts.audio ? texts.sound_yes : texts.sound_no) : unknown],
  ];
}

// Shows both in `place`; the picture comes when it is there.
export function showClip(place, file, facts, seen, texts) {
  const list = document.createElement("dl");
  list.className = "picked__facts";
  for (const [what, value] of factLines(file, facts, seen, texts)) {
    const row = document.createElement("div");
    for (const [name, text] of [["dt", what], ["dd", value]]) row.append(Object.assign(document.createElement(name), { textContent: text }));
    list.append(row);
  }
  if (seen) {
    seen.canvas.setAttribute("role", "img");
    seen.canvas.setAttribute("aria-label", texts.picture_alt.replace("{name}", file.name));
  }
  place.replaceChildren(...(seen ? [seen.canvas] : []), list);
  place.hidden = false;
}
