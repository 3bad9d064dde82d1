// Sizes, times and sentences as people write them, in the language of the page.
import { parts } from "./_countdown.js";

export const language = () => document.documentElement.lang || "vi";

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export function number(value, digits = 0) {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);
}

export function size(bytes) {
  const [unit, factor] = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]].find(([, f]) => bytes >= f) ?? ["byte", 1];
  return `${number(bytes / factor, bytes >= 1e9 ? 2 : 1)} ${unit}`;
}

export function time(seconds) {
  const words = parts(Math.max(0, Math.round(seconds))).filter(([, n], i) => n > 0 || i === 0);
  return words
    .map(([unit, n]) => new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "long" }).format(n))
    .join(" ");
}
