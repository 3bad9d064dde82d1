// What can be said of any file before its first byte is sent: its size and its ending.
import { fill, language, size } from "./_words.js";

// file, policy {max_bytes, extensions} and texts -> findings, as precheck.js has them.
export function checkFile(file, policy, texts) {
  return [checkSize(file, policy), checkType(file, policy)].filter(Boolean).map((found) => told(found, {}, texts));
}

export function checkSize(file, { max_bytes }) {
  if (file.size === 0) return { rule: "size", level: "hard", text: "empty" };
  if (file.size <= max_bytes) return null;
  return { rule: "size", level: "hard", text: "size", found: size(file.size), allowed: size(max_bytes) };
}

export function checkType(file, { extensions }) {
  const found = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
  if (extensions.includes(found)) return null;
  return { rule: "type", level: "hard", text: "type", found: found || file.name, allowed: extensions.join(", ") };
}

// The contest's own remedy goes before ours.
export function told(finding, rules, texts) {
  const message = fill(texts[finding.text], finding);
  const own = rules[finding.rule]?.remedy?.[language()];
  return { ...finding, message, remedy: own ?? texts[`${finding.text}_remedy`] ?? "" };
}
