// Looks at a clip on the phone, before its first byte is sent, by the policy that the worker uses.
// What the browser cannot read passes: the server checks everything again.
import mediaInfoFactory from "mediainfo.js";
import wasm from "mediainfo.js/MediaInfoModule.wasm";
import { checkSize, checkType, told } from "./_file_look.js";
import { length, lengthBeside, lengthRange, shape } from "./_measures.js";

const MOST_READ = 64 << 20; // bytes; a header that needs more is left to the server
const MOST_TIME = 20000; // ms
const NEAR = 10; // s

// file, policy {max_bytes, extensions, rules} and texts -> {readable, facts, findings, mendable}; a
// finding has {rule, level: "hard"|"soft", found, allowed, message, remedy}. All findings at once.
// mendable: what is wrong, the platform can repair, so the clip may be sent as it is.
export async function precheck(file, policy, texts) {
  const findings = [checkSize(file, policy), checkType(file, policy)];
  const facts = await readFacts(file).catch(() => null);
  if (facts) findings.push(...judge(facts, policy.rules));
  const sentences = findings.filter(Boolean).map((f) => told(f, policy.rules, texts));
  return { readable: facts !== null, facts: facts && worded(facts, findings), findings: sentences, mendable: mendable(sentences, facts, policy.rules) };
}

// What a finding says of length and shape, the list of facts says in the same words.
function worded(facts, findings) {
  const found = (rule) => findings.find((finding) => finding && finding.rule === rule)?.found;
  return { ...facts, length: found("duration"), shape: found("aspect_ratio") };
}

// As the worker repairs by itself (services/entry/repairs.py): rims are cut off to the right shape if
// enough picture is left, and the end to the right length.
export function mendable(findings, facts, rules) {
  const hard = findings.filter((finding) => finding.level === "hard");
  return hard.length > 0 && hard.every(({ text }) => text === "long" || (text === "aspect" && cropFits(facts, rules)));
}

function cropFits({ width, height }, { aspect_ratio: shape, resolution: least }) {
  const [across, down] = shape.ratio.split(":").map(Number);
  const kept = { width: Math.min(width, (height * across) / down), height: Math.min(height, (width * down) / across) };
  return !least || (kept.width >= least.min_width - 1 && kept.height >= least.min_height - 1);
}

export function judge(facts, rules) {
  return [
    checkDuration(facts, rules.duration),
    checkAspect(facts, rules.aspect_ratio),
    checkResolution(facts, rules.resolution),
    rules.audio_present && !facts.audio && { rule: "audio_present", ...rules.audio_present, text: "audio" },
  ].filter(Boolean);
}

// What a player shows must not be too long, and the picture by itself not too short.
function checkDuration({ duration, picture = duration }, rule) {
  if (!rule || !duration) return null;
  const { level, min_s: least, max_s: most, tolerance_s: slack = 0 } = rule;
  const told = { rule: "duration", level, allowed: lengthRange(least, most) };
  const found = (seconds) => lengthBeside(seconds, least - slack, most + slack, near(seconds, least, most) ? 1 : 0);
  const whole = (seconds) => length(Math.max(1, Math.ceil(seconds - 1e-6)));
  if (duration > most + slack) return { ...told, found: found(duration), text: "long", todo: whole(duration - most) };
  if (picture < least - slack) return { ...told, found: found(picture), text: "short", todo: whole(least - picture) };
  return null;
}

// As the server does: tenths of a second where they decide.
const near = (seconds, least, most) => Math.min(Math.abs(seconds - least), Math.abs(seconds - most)) < NEAR;

function checkAspect({ width, height }, rule) {
  if (!rule || !width) return null;
  const [across, down] = rule.ratio.split(":").map(Number);
  const off = Math.abs((width * down) / (height * across) - 1) * 100;
  if (off <= (rule.tolerance_pct ?? 0)) return null;
  const found = shape(width, height, [across, down]);
  return { rule: "aspect_ratio", level: rule.level, text: "aspect", found, allowed: rule.ratio };
}

function checkResolution({ width, height }, rule) {
  if (!rule || !width || (width >= rule.min_width && height >= rule.min_height)) return null;
  const allowed = `${rule.min_width}×${rule.min_height}`;
  return { rule: "resolution", level: rule.level, text: "resolution", found: `${width}×${height}`, allowed };
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
  const video = played(tracks, "Video");
  if (!video) return null;
  const audio = played(tracks, "Audio");
  return { ...shown(video), ...lengths([video, audio].filter(Boolean), tracks), audio: audio !== undefined };
}

function lengths(played, tracks) {
  const general = Number(tracks.find((track) => track["@type"] === "General")?.Duration ?? 0);
  if (!played.every((track) => Number(track.Duration) > 0)) return { duration: general, picture: general };
  const times = played.map(fromTo);
  const begin = Math.min(...times.map(([from]) => from)), end = Math.max(...times.map(([, to]) => to));
  return { duration: end - begin, picture: times[0][1] - times[0][0] };
}

// The track that a player chooses: enabled, and no single picture; else the first.
function played(tracks, type) {
  const all = tracks.filter((track) => track["@type"] === type);
  const good = (track) => track.Disabled !== "Yes" && track.Default !== "No" && Number(track.FrameCount ?? 2) > 1;
  return all.find(good) ?? all[0];
}

// Seconds from and to which a track is there; the empty time before it counts in Duration only.
function fromTo(track) {
  const length = Number(track.Duration), own = Number(track.Source_Duration ?? length);
  const late = length - own > 0.1 ? length - own : 0;
  const begin = late || Number(track.Delay ?? 0);
  return [begin, late ? length : begin + length];
}

// Of a clean aperture MediaInfo tells the width only: its shape is left to the server.
function shown(video) {
  if (video.Width_CleanAperture !== undefined) return {};
  const wide = Math.round(Number(video.Width) * Number(video.PixelAspectRatio ?? 1));
  const turned = Math.abs(Number(video.Rotation ?? 0)) % 180 === 90;
  const [width, height] = turned ? [Number(video.Height), wide] : [wide, Number(video.Height)];
  return { width, height };
}
