// The reviewer's page: frames and time codes seek, speeds, ready-made reasons, fields that belong
// to one outcome, keys, the next clip fetched ahead. Everything works without it, with more scrolling.
import { startAhead } from "./_ahead.js";
import { startKeys } from "./_keys.js";

const video = document.getElementById("player");
const form = document.querySelector("[data-review]");

function seek(seconds) {
  const go = () => {
    video.currentTime = seconds;
    video.play().catch(() => {}); // the browser may want a gesture; the picture is there anyway
  };
  if (video.readyState > 0) go();
  else video.addEventListener("loadedmetadata", go, { once: true });
  video.scrollIntoView({ block: "nearest" });
}

function startSeeking() {
  for (const link of document.querySelectorAll("[data-seek]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      seek(Number(link.dataset.seek));
    });
  }
  const frames = [...document.querySelectorAll(".sheet a")];
  video.addEventListener("timeupdate", () => {
    const current = frames.filter((f) => Number(f.dataset.seek) <= video.currentTime + 0.05).pop();
    for (const frame of frames) frame.toggleAttribute("aria-current", frame === current);
  });
}

const speeds = document.querySelector("[data-speeds]");

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

function choose(outcome) {
  const radio = form?.querySelector(`[name=outcome][value=${outcome}]`);
  if (!radio) return;
  radio.click();
  radio.focus();
}

function keys() {
  const playing = {
    " ": () => (video.paused ? video.play() : video.pause()),
    j: () => (video.currentTime -= 5),
    l: () => (video.currentTime += 5),
    "+": () => faster(1),
    "=": () => faster(1),
    "-": () => faster(-1),
  };
  const deciding = { d: () => choose("approve"), s: () => choose("changes"), x: () => choose("reject") };
  return { ...(video && { ...playing, k: playing[" "] }), ...(form && deciding) };
}

function startForm(form) {
  const chosen = () => form.elements.outcome.value;
  const show = () => {
    for (const part of form.querySelectorAll("[data-for-outcome]")) {
      part.hidden = !part.dataset.forOutcome.split(" ").includes(chosen());
    }
    for (const reason of form.querySelectorAll("[data-reason]")) {
      reason.hidden = reason.dataset.outcome !== chosen();
    }
  };
  form.querySelector("[data-reasons]").hidden = false;
  form.addEventListener("change", show);
  for (const reason of form.querySelectorAll("[data-reason]")) {
    reason.addEventListener("click", () => {
      const text = form.elements.reason;
      text.value = [text.value.trim(), reason.dataset.reason].filter(Boolean).join("\n");
      text.focus();
    });
  }
  show();
}

if (video) {
  startSeeking();
  startSpeeds();
}
if (form) startForm(form);
const panel = document.querySelector("[data-keys]");
if (panel) startKeys(panel, keys());
const ahead = document.querySelector("[data-ahead]");
if (ahead) startAhead(ahead);
