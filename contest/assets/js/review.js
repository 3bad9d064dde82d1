// The reviewer's page: frames and time codes seek, speeds, ready-made reasons, fields that belong
// to one outcome. Everything works without it, with more scrolling.

const video = document.getElementById("player");

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

function startSpeeds() {
  const group = document.querySelector("[data-speeds]");
  group.hidden = false;
  for (const button of group.children) {
    button.addEventListener("click", () => {
      video.playbackRate = Number(button.dataset.speed);
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === button));
    });
  }
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
const form = document.querySelector("[data-review]");
if (form) startForm(form);
