// What comes before and after a round (scoring/rounds/rules.py, promotion.py).
import { HUNDRED, NOTHING, both, byText } from "./_exact.js";
import { ranked, scored } from "./_ranking.js";

const WANTED = { best: "count", category: "count", above: "least", chair: "" };
const NEXT_ROUND = "round:next"; // in a decision's prize: the chair's list of who goes on
const SHA256 = /^[0-9a-f]{64}$/;

/** The rule of who goes on. */
export function promotion(node, categories) {
  const { by: said } = node.fields(["by", "count", "least", "ties"], ["by"]);
  const by = said.choice(...Object.keys(WANTED)), wanted = WANTED[by];
  if (by === "category" && !categories.length) {
    said.refuse("Vòng này không có mảng nào.", "This round has no categories.");
  }
  const needed = wanted ? ["by", wanted] : ["by"];
  const f = node.fields(wanted === "count" ? [...needed, "ties"] : needed, needed);
  return {
    by, count: wanted === "count" ? f.count.integer(1n, 10_000n) : 0n,
    least: wanted === "least" ? ofHundred(f.least) : NOTHING,
    ties: f.ties ? f.ties.choice("all", "none") : "all",
  };
}

function ofHundred(node) {
  const value = node.ratio();
  if (value.compare(HUNDRED) > 0) node.refuse("Mức điểm phải từ 0 đến 100.", "The mark must be from 0 to 100.");
  return value;
}

/** What the round before gives. */
export function carried(node, unitScore) {
  if (node === undefined) return null;
  const names = ["percent", "bundle_sha256"], f = node.fields(names, names), percent = f.percent.ratio();
  if (percent.zero || percent.compare(HUNDRED) >= 0) {
    f.percent.refuse("Phần điểm vòng trước phải lớn hơn 0 và nhỏ hơn 100.",
      "The part of the round before must be above 0 and below 100.");
  }
  const sha256 = f.bundle_sha256.text();
  if (!SHA256.test(sha256)) f.bundle_sha256.refuse("Phải là 64 chữ số hex.", "This must be 64 hex digits.");
  if (unitScore === "sum") {
    node.refuse("Cộng điểm các clip của đơn vị (“unit_score”: “sum”) thì không cộng điểm vòng trước.",
      'A sum of a unit\'s clips ("unit_score": "sum") carries no points of a round before.');
  }
  return { percent, sha256 };
}

/** A clip's total in the round before: given wherever it counts, and nowhere else. */
export function totalBefore(entry, node, rules) {
  if (!rules.carried) {
    if (node !== undefined) node.refuse("Thể lệ không tính điểm vòng trước.", "The rules carry no points.");
    return null;
  }
  if (node === undefined) entry.refuse("Thiếu “carried”.", '"carried" is missing.', "carried");
  return ofHundred(node);
}

/** What a decision may choose for besides prizes. */
export const chosenForRounds = (rules) => (rules.promotion?.by === "chair" ? [NEXT_ROUND] : []);

export function statedRounds({ promotion: rule, carried: before }) {
  const by = rule && { by: rule.by, ...(WANTED[rule.by] === "count" ? { count: rule.count, ties: rule.ties } : {}),
    ...(rule.by === "above" ? { least: `${rule.least}` } : {}) };
  return {
    ...(rule ? { promotion: by } : {}),
    ...(before ? { carried: { percent: `${before.percent}`, bundle_sha256: before.sha256 } } : {}),
  };
}

/** Who goes on by the contest's own rule, and who does not. */
export function promotionReport(contest) {
  const clips = scored(contest), lines = ranked(clips, contest);
  const { chosen, open } = choose(contest, clips, lines);
  const on = new Set(chosen.map(([, line]) => line.unit));
  const undecided = [...new Set(open.map((line) => line.unit))].filter((unit) => !on.has(unit)).sort(byText);
  return {
    promoted: chosen.map(([category, line]) => ({
      unit: line.unit, entry: line.clips[0].entry.id, entries: line.clips.map((clip) => clip.entry.id),
      rank: line.rank, total: both(line.total), decided_by: line.decidedBy,
      ...(category === null ? {} : { category }),
    })),
    undecided,
    out: lines.map((line) => line.unit).filter((unit) => !on.has(unit) && !undecided.includes(unit)),
  };
}

function choose(contest, clips, lines) {
  const rule = contest.rules.promotion, plain = (found) => found.map((line) => [null, line]);
  if (rule.by === "above") return { chosen: plain(lines.filter((line) => line.total.compare(rule.least) >= 0)), open: [] };
  if (rule.by === "chair") {
    const units = contest.decisions.filter((one) => one.prize === NEXT_ROUND).at(-1)?.units ?? [];
    return { chosen: plain(units.map((unit) => lines.find((line) => line.unit === unit)).filter(Boolean)), open: [] };
  }
  const rankings = rule.by === "best" ? [[null, lines]]
    : contest.rules.categories.map((one) => [one, ranked(clips, contest, `category:${one}`)]);
  const chosen = [], open = [];
  for (const [category, found] of rankings) {
    const { on, tied } = best(found, rule);
    chosen.push(...on.map((line) => [category, line]));
    open.push(...tied);
  }
  return { chosen, open };
}

/** The first ones, and those who share the last place and are too many together. */
function best(lines, { count, ties }) {
  let on = [];
  while (on.length < lines.length && on.length < count) {
    const { rank } = lines[on.length], group = lines.filter((line) => line.rank === rank);
    if (BigInt(on.length + group.length) > count && ties === "none") return { on, tied: group };
    on = [...on, ...group];
  }
  return { on, tied: [] };
}
