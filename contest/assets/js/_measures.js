// A clip's length and shape as the server writes them (media_checks/words.py), so that one clip has one
// length in one form wherever it is told.
import { language, number } from "./_words.js";

const MINUTE = 60, HOUR = 3600;
const MOST_PLACES = 3; // decimals of a length beside a limit
const SHAPES = [[4, 3], [16, 9], [9, 16], [3, 4], [1, 1], [21, 9], [3, 2], [2, 3], [18, 9], [5, 4], [4, 5]];

const english = () => language() === "en";
const rounded = (value, places) => Math.floor(value * 10 ** places + 0.5) / 10 ** places;

// 342 -> "5 phút 42 giây" or "5 min 42 s"; from an hour on in whole words.
export function length(seconds, places = 0) {
  const whole = rounded(seconds, places), hours = Math.floor(whole / HOUR), minutes = Math.floor((whole % HOUR) / MINUTE);
  const rest = number(whole % MINUTE, places);
  const names = english() ? (hours ? ["hour", "minute", "second"] : ["", "min", "s"]) : ["giờ", "phút", "giây"];
  const parts = [[number(hours), names[0]], [number(minutes), names[1]], [rest, names[2]]];
  const told = parts.filter(([count]) => count !== "0");
  const several = (count, name) => (english() && hours && count !== "1" ? `${name}s` : name);
  return (told.length ? told : parts.slice(2)).map(([count, name]) => `${count} ${several(count, name)}`).join(" ");
}

// 180, 300 -> "3–5 phút"; two full lengths where one unit does not fit both.
export function lengthRange(least, most) {
  const words = english() ? { same: "exactly", upTo: "up to", to: "to" } : { same: "đúng", upTo: "tối đa", to: "đến" };
  if (least === most) return `${words.same} ${length(most, MOST_PLACES)}`;
  if (least <= 0) return `${words.upTo} ${length(most, MOST_PLACES)}`;
  const units = [[HOUR, Infinity, "giờ", "hours"], [MINUTE, HOUR, "phút", "min"], [1, MINUTE, "giây", "s"]];
  const fits = ([unit, end]) => least >= unit && most < end && (unit === 1 || (least % unit === 0 && most % unit === 0));
  const unit = units.find(fits);
  if (!unit) return `${length(least, MOST_PLACES)} ${words.to} ${length(most, MOST_PLACES)}`;
  const in_ = (seconds) => number(seconds / unit[0], 6);
  return `${in_(least)}–${in_(most)} ${english() ? unit[3] : unit[2]}`;
}

// A length that is told beside its limits: never rounded onto the other side of one.
export function lengthBeside(seconds, least, most, from = 0) {
  const side = (value) => [value < least, value > most].join();
  for (let places = from; places <= MOST_PLACES; places += 1) {
    if (side(rounded(seconds, places)) === side(seconds)) return length(seconds, places);
  }
  const step = 10 ** -MOST_PLACES;
  return length(seconds < least ? least - step : most + step, MOST_PLACES);
}

// "1920×1080 (16:9)"; `not`: a shape [across, down] for which this one must not be taken, however near it is.
export function shape(width, height, not = null) {
  const value = width / height, wrong = not && not[0] / not[1];
  const known = SHAPES.find(([across, down]) => Math.abs((value * down) / across - 1) <= 0.01 && across / down !== wrong);
  let places = 2;
  while (wrong && places < 6 && value.toFixed(places) === wrong.toFixed(places)) places += 1;
  return `${width}×${height} (${known ? known.join(":") : `${number(value, places)}:1`})`;
}
