// Looks at a clip on the phone, before its first byte is sent, by the policy that the worker uses.
// What the browser cannot read passes: the server checks everything again.
import mediaInfoFactory from "mediainfo.js";
import wasm from "mediainfo.js/MediaInfoModule.wasm";
import { fill, language, number, size, time } from "./_words.js";

const MOST_READ = 64 << 20; // bytes; a header that needs more is left to the server
const MOST_TIME = 20000; // ms

// file, policy {max_bytes, extensions, rules} and texts -> {readable, facts, findings}; a finding
// has {rule, level: "hard"|"soft", found, allowed, message, remedy}. All findings at once.
export async function precheck(file, policy, texts) {
  const findings = [checkSize(file, policy), checkType(file, policy)];
  const facts = await readFacts(file).catch(() => null);
  if (facts) findings.push(...judge(facts, policy.rules));
  return { readable: facts !== null, facts, findings: findings.filter(Boolean).map((f) => told(f, policy.rules, texts)) };
}

export function judge(facts, rules) {
  return [
    checkDuration(facts, rules.duration),
    checkAspect(facts, rules.aspect_ratio),
    checkResolution(facts, rules.resolution),
    rules.audio_present && !facts.audio && { rule: "audio_present", ...rules.audio_present, text: "audio" },
  ].filter(Boolean);
}

function checkSize(file, { max_bytes }) {
  if (file.size === 0) return { rule: "size", level: "hard", text: "empty" };
  if (file.size <= max_bytes) return null;
  return { rule: "size", level: "hard", text: "size", found: size(file.size), allowed: size(max_bytes) };
}

function checkType(file, { extensions }) {
  const found = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
  if (extensions.includes(found)) return null;
  return { rule: "type", level: "hard", text: "type", found: found || file.name, allowed: extensions.join(", ") };
}

function checkDuration({ duration }, rule) {
  if (!rule || !duration) return null;
  const { level, min_s: least, max_s: most, tolerance_s: slack = 0 } = rule;
  const told = { rule: "duration", level, found: time(duration), allowed: `${time(least)} – ${time(most)}` };
  if (duration > most + slack) return { ...told, text: "long", todo: time(Math.ceil(duration - most)) };
  if (duration < least - slack) return { ...told, text: "short", todo: time(Math.ceil(least - duration)) };
  return null;
}

function checkAspect({ width, height }, rule) {
  if (!rule || !width) return null;
  const [across, down] = rule.ratio.split(":").map(Number);
  const off = Math.abs((width * down) / (height * across) - 1) * 100;
  if (off <= (rule.tolerance_pct ?? 0)) return null;
  const found = `${width}×${height} (${number(width / height, 2)}:1)`;
  return { rule: "aspect_ratio", level: rule.level, text: "aspect", found, allowed: rule.ratio };
}

function checkResolution({ width, height }, rule) {
  if (!rule || !width || (width >= rule.min_width && height >= rule.min_height)) return null;
  const allowed = `${rule.min_width}×${rule.min_height}`;
  return { rule: "resolution", level: rule.level, text: "resolution", found: `${width}×${height}`, allowed };
}

// The contest's own remedy goes before ours.
function told(finding, rules, texts) {
  const message = fill(texts[finding.text], finding);
  const own = rules[finding.rule]?.remedy?.[language()];
  return { ...finding, message, remedy: own ?? texts[`${finding.text}_remedy`] ?? "" };
}

// Width and height as a viewer sees them, duration in seconds, whether there is sound.
async function readFacts(file) {
  const info = await mediaInfoFactory({ format: "object", locateFile: () => wasm });
  try {
    const result = await withinTime(info.analyzeData(file.size, reader(file)));
    return displayed(result.media.track);
  } finally {
    info.close();
  }
}

function reader(file) {
  let read = 0;
  return async (length, offset) => {
    read += length;
    if (read > MOST_READ) throw new Error("too much to read");
    return new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
  };
}

function withinTime(work) {
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error("too slow")), MOST_TIME));
  return Promise.race([work, late]);
}

export function displayed(tracks) {
  const of = (type) => tracks.find((track) => track["@type"] === type);
  const video = of("Video");
  if (!video) return null;
  const wide = Math.round(Number(video.Width) * Number(video.PixelAspectRatio ?? 1));
  const turned = Math.abs(Number(video.Rotation ?? 0)) % 180 === 90;
  const [width, height] = turned ? [Number(video.Height), wide] : [wide, Number(video.Height)];
  const duration = Number(video.Duration ?? of("General")?.Duration ?? 0);
  return { width, height, duration, audio: of("Audio") !== undefined };
}
