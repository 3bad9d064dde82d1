// Does a bundle hold? Every file, the signature, the rules, the counts, every line of the ranking
// (scoring/verification.py, whose sentences these are).
import { written } from "./_exact.js";
import { differences, firstLine } from "./_differences.js";
import { work } from "./_engine.js";
import { POSTS, file, join } from "./_evidence.js";
import { Fault, parse, text } from "./_json.js";
import { MANIFEST, check, digests, erasures, filesAgree, signed, unreadable } from "./_seal_checks.js";
import { sha256 } from "./_seals.js";
import { looksLikeZip, read } from "./_zip.js";

const FORMATS = ["hoithi-evidence/1", "hoithi-evidence/2", "hoithi-evidence/3"];

/** All checks on the bytes of a bundle, and what was recomputed.
 *  `key`: the fingerprint that the signing key must have; `program`: the hash of the program whose
 *  sentences this one writes. A Fault where the bytes are no bundle. */
export async function examine(bytes, { key = "", program = "" } = {}) {
  const { files, damage } = read(bytes);
  if (!looksLikeZip(bytes) || (!damage.length && !files.has(MANIFEST))) {
    throw new Fault("zip", "Tệp này không phải gói minh chứng của hội thi.", "This file is no evidence bundle.");
  }
  const checks = damage.map(damaged);
  const { found: erased, said } = await erasures(files);
  const real = await digests(files);
  checks.push(...filesAgree(files, real, erased));
  checks.push(...(await kept(async () => [await signed(files, key)])), ...said);
  checks.push(...(await kept(() => profile(files, erased))));
  const same = await sameProgram(real, program);
  checks.push(carried(same));
  checks.push(...(await kept(() => cutOff(files))));
  const result = {};
  checks.push(...(await kept(() => ranking(files, same, result))));
  return { checks, ...result };
}

async function kept(part) {
  try {
    return await part();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return [unreadable(fault)];
  }
}

function damaged([place, offset]) {
  if (place === "zip") {
    return check("zip", false, `Cấu trúc của tệp zip bị thay đổi ở byte ${offset}.`, `The structure of the zip was changed at byte ${offset}.`);
  }
  return check(place, false, `${place}: nội dung hoặc phần đầu trong tệp zip bị thay đổi.`, `${place}: its content or its header in the zip was changed.`);
}

function about(files) {
  const node = file(files, "about.json");
  return node.fields([...node.mapping().keys()], ["format", "profile_sha256", "cut_off"]);
}

async function profile(files, erased) {
  const name = files.has("profile.json") ? "profile.json" : "profile.toml";
  const f = about(files);
  const real = await sha256(files.get(name) ?? new Uint8Array());
  if (real === null) {
    return [check("profile", null, "Thể lệ: chưa xét được mã kiểm tra (trang không có https).", "Profile: its hash was not checked (no https page).")];
  }
  if (erased.get(name)?.sha256 === real) {
    const at = erased.get(name).at.slice(0, 10);
    return [check("profile", true, `Thể lệ: có nội dung đã xoá ngày ${at}.`, `Profile: erased on ${at}, in parts.`)];
  }
  if (!files.has(name) || !FORMATS.includes(f.format.value) || f.profile_sha256.value !== real) {
    return [check("profile", false, "Thể lệ trong gói không phải thể lệ mà kết quả nêu.", "The profile in the bundle is not the one that the result names.")];
  }
  return [check("profile", true, `Thể lệ: SHA-256 ${real}.`, `Profile: SHA-256 ${real}.`)];
}

/** Whether the program that the bundle carries writes the same sentences as this one. */
async function sameProgram(real, program) {
  if (real === null || !program) return false;
  const lines = [...real].filter(([name]) => name.startsWith("scoring/")).map(([name, digest]) => `${digest}  ${name}\n`);
  return (await sha256(new TextEncoder().encode(lines.join("")))) === program;
}

function carried(same) {
  return same
    ? check("scoring", true, "Chương trình trong gói là bản mà trang này được đối chiếu; trang này tính bằng một chương trình thứ hai, viết riêng.",
      "The program in the bundle is the version that this page was compared with; this page computes with a second one, written apart.")
    : check("scoring", null, "Chương trình trong gói là một bản khác; trang này tính lại bằng chương trình của mình và chỉ so các con số.",
      "The program in the bundle is another version; this page recomputes with its own and compares the figures only.");
}

/** A count after the cut-off needs a reason. */
function cutOff(files) {
  const last = time(about(files).cut_off);
  const late = [];
  for (const item of file(files, "snapshots.json").items()) {
    const f = item.fields([...item.mapping().keys()], ["entry", "taken_at", "late_reason"]);
    const other = f.shares_from;
    const sources = other ? [f, other.fields([...other.mapping().keys()], ["taken_at", "late_reason"])] : [f];
    if (sources.some((one) => time(one.taken_at) > last && !one.late_reason.value)) late.push(f.entry.text());
  }
  for (const item of files.has(POSTS) ? file(files, POSTS).items() : []) {
    const f = item.fields([...item.mapping().keys()], ["entry", "platform", "taken_at", "late_reason"]);
    if (f.taken_at.value !== null && time(f.taken_at) > last && !f.late_reason.value) {
      late.push(`${f.entry.text()} (${f.platform.text()})`);
    }
  }
  if (late.length) {
    return [check("cut_off", false, `Số đếm sau giờ chốt mà không có lý do: ${late.join(", ")}.`, `Counted after the cut-off without a reason: ${late.join(", ")}.`)];
  }
  return [check("cut_off", true, "Mọi số đếm đều lấy trước hoặc đúng giờ chốt, hoặc có lý do được ghi lại.", "Every count was taken by the cut-off, or has a recorded reason.")];
}

const MOMENT = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,6}))?(Z|[+-]\d{2}:?\d{2}(?::\d{2})?)$/;

/** Microseconds since 1970. */
function time(node) {
  const found = MOMENT.exec(node.text());
  const moment = found ? Date.parse(found[1].replace(" ", "T") + found[3].replace(/^(...)(\d)/, "$1:$2").slice(0, 6)) : NaN;
  if (Number.isNaN(moment)) node.refuse("Phải là thời điểm ISO có múi giờ.", "This must be an ISO time with a zone.");
  return moment * 1000 + Number((found[2] ?? "").padEnd(6, "0"));
}

/** The ranking once more from the evidence, line by line. `result` gets what was recomputed. */
function ranking(files, same, result) {
  if (!files.has("ranking.json")) throw new Fault("ranking.json", "Gói thiếu tệp này.", "The bundle lacks this file.");
  const stated = parse(files.get("ranking.json"));
  const { contest, lines: ranked, output: again } = work(join(files));
  const lines = stated instanceof Map ? stated.get("ranking") : null;
  Object.assign(result, { contest, ranked, again, names: names(files), differences: [], line: null });
  if (!Array.isArray(lines)) return [different("ranking", "")];
  result.differences = differences(lines, again.ranking, same);
  if (result.differences.length) result.line = firstLine(files.get("ranking.json"), again);
  const pairs = again.ranking.slice(0, lines.length).map((line, place) => [lines[place], line]);
  const checks = pairs.map(([said, line], place) => lineAgrees(place, said, line, same));
  const bare = (whole, count) => {
    const found = new Map(whole instanceof Map ? whole : Object.entries(whole)).set("ranking", BigInt(count));
    const awards = found.get("awards");
    if (!same && Array.isArray(awards)) found.set("awards", awards.map((one) => withoutWords(asMap(one))));
    return text(found);
  };
  if (bare(stated, lines.length) !== bare(again, again.ranking.length)) checks.push(different("ranking", ""));
  return checks;
}

function names(files) {
  try {
    return parse(files.get("names.json"));
  } catch {
    return new Map();
  }
}

function lineAgrees(place, said, line, same) {
  const what = `ranking[${place}]`, { rank, unit } = line, total = line.total.rounded;
  const told = said instanceof Map ? said : new Map();
  const agrees = same ? text(said) === text(line) : text(withoutWords(told)) === text(withoutWords(new Map(Object.entries(line))));
  if (!agrees) return different(what, ` (${unit}: ${rank}, ${total})`);
  return check(what, true, `Hạng ${rank}, ${unit}: ${written(total, "vi")} điểm, tính lại đúng.`, `Rank ${rank}, ${unit}: ${total} points, recomputed.`);
}

const asMap = (value) => (value instanceof Map ? value : new Map(Object.entries(value ?? {})));
const withoutWords = (line) => new Map([...line].filter(([key]) => key !== "explanation"));

const different = (what, again) =>
  check(what, false, `${what}: tính lại ra kết quả khác${again}.`, `${what}: recomputing gives something else${again}.`);
