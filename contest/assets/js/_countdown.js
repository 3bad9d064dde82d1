// Keeps "Còn 2 ngày 3 giờ" current. Only the server's clock counts, so the page's own time is
// corrected by the instant at which the server made the page.
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

export function parts(seconds) {
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  if (first < 0) return [["second", 0]];
  let rest = seconds;
  return UNITS.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return [unit, count];
  });
}

function inWords(seconds) {
  const language = document.documentElement.lang;
  return parts(seconds)
    .map(([unit, n]) => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(n))
    .join(" ");
}

function show(element, ahead) {
  const deadline = Date.parse(element.dataset.countdown);
  const left = Math.floor((deadline - (Date.now() + ahead)) / 1000);
  const text = left > 0 ? element.dataset.text.replace("{time}", inWords(left)) : element.dataset.over;
  const target = element.querySelector(".countdown__left");
  if (target.textContent !== text) target.textContent = text;
  element.classList.toggle("countdown--soon", left > 0 && left < 86400);
  return left;
}

function start(element) {
  const ahead = Date.parse(element.dataset.now) - Date.now();
  const tick = () => {
    const left = show(element, ahead);
    if (left > 0) setTimeout(tick, left < 7200 ? 1000 : 30000);
  };
  tick();
}

export function startCountdowns() {
  for (const element of document.querySelectorAll("[data-countdown]")) start(element);
}
