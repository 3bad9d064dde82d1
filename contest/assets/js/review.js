// The reviewer's page: frames and time codes seek, speeds, ready-made reasons, fields that belong
// to one outcome, keys, the next clip fetched ahead. Everything works without it, with more scrolling.
import { startAhead } from "./_ahead.js";
import { startDeciding } from "./_deciding.js";
import { startKeys } from "./_keys.js";
import { startSeeking, timeCode } from "./_seeking.js";

const video = document.getElementById("player");
const form = document.querySelector("[data-review]");
const panel = document.querySelector("[data-keys]");
const speeds = document.querySelector("[data-speeds]");

function markFrames() {
  const frames = [...document.querySelectorAll(".sheet a")];
  video.addEventListener("timeupdate", () => {
    const current = frames.filter((f) => Number(f.dataset.seek) <= video.currentTime + 0.05).pop();
    for (const frame of frames) frame.toggleAttribute("aria-current", frame === current);
  });
}

function startSpeeds() {
  speeds.hidden = false;
  for (const button of speeds.children) {
    button.addEventListener("click", () => {
      video.playbackRate = Number(button.dataset.speed);
      for (const other of speeds.children) other.setAttribute("aria-pressed", String(other === button));
    });
  }
}

function faster(step) {
  const all = [...speeds.children];
  const now = all.findIndex((button) => button.getAttribute("aria-pressed") === "true");
  all[Math.min(Math.max(now + step, 0), all.length - 1)].click();
}

// "1:23 " where the cursor stands, or at the end: where the clip is now.
function stamp(field) {
  const code = timeCode(video.currentTime), at = field.selectionEnd ?? field.value.length;
  const gap = at && !/\s$/.test(field.value.slice(0, at)) ? " " : "";
  field.setRangeText(`${gap}${code} `, at, at, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function startStamps() {
  const buttons = [...document.querySelectorAll("[data-stamp]")];
  const show = () => {
    for (const button of buttons) button.querySelector("[data-stamp-now]").textContent = timeCode(video.currentTime);
  };
  for (const event of ["timeupdate", "seeking", "seeked"]) video.addEventListener(event, show);
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      stamp(form.elements[button.dataset.stamp]);
      form.elements[button.dataset.stamp].focus();
    });
  }
}

function playing() {
  const pause = () => (video.paused ? video.play().catch(() => {}) : video.pause());
  return {
    " ": pause,
    k: pause,
    arrowleft: () => (video.currentTime -= 5),
    arrowright: () => (video.currentTime += 5),
    "+": () => faster(1),
    "=": () => faster(1),
    "-": () => faster(-1),
  };
}

function help() {
  panel.open = !panel.open;
  panel.querySelector("summary").focus();
}

const actions = { "?": help };
if (video) {
  startSeeking(() => video);
  markFrames();
  startSpeeds();
  Object.assign(actions, playing());
}
if (form) {
  const deciding = startDeciding(form);
  Object.assign(actions, deciding.keys);
  if (video) {
    startStamps();
    actions.t = () => stamp(deciding.note());
  }
}
if (panel) startKeys(panel, actions);
const ahead = document.querySelector("[data-ahead]");
if (ahead) startAhead(ahead);
