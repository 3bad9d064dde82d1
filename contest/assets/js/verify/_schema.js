// What may stand in the input, and the plan's defaults (scoring/schema.py).
import { jurorsOf } from "./_assignment.js";
import { HUNDRED, whole } from "./_exact.js";
import { Fault } from "./_json.js";
import { Node, distinct, step } from "./_node.js";
import { platforms, posts } from "./_posts.js";
import { PLAN_PRIZES, category, measures, prizes, statedBeyond } from "./_prizes.js";
import { carried, chosenForRounds, promotion, statedRounds, totalBefore } from "./_rounds.js";

const RULES = ["criteria", "jury_weight", "interaction_weight", "points_per_share", "points_per_reaction",
  "shares_per_account", "shares_per_account_per", "points_cap", "prizes", "missing", "trim", "trim_from",
  "standardise", "unit_score", "tie_breaks", "second_scale", "categories", "measures", "several_prizes",
  "quorum", "promotion", "carried", "platforms"];
const TIE_BREAKS = ["jury_mean", "top_criterion", "uncapped_points", "chair"];
const ENTRY = ["id", "unit", "marks", "interactions", "disqualified", "reason", "category", "jurors", "carried",
  "posts"];
const LARGEST_MARK = 1_000_000n;
const LARGEST = 10n ** 12n;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const least = (node, otherwise, read) => (node === undefined ? otherwise : read(node));
const present = (node) => node !== undefined && node.value !== null;

/** The contest in a parsed JSON value. */
export function read(data) {
  const top = new Node(data).fields(["rules", "jurors", "entries", "chair_decisions"], ["rules", "jurors", "entries"]);
  const rules = readRules(top.rules);
  const jurors = names(top.jurors);
  const entries = readEntries(top.entries, rules, new Set(jurors));
  const units = new Set(entries.map((entry) => entry.unit));
  const chosen = rules.prizes.filter((prize) => prize.by === "chair").map((prize) => prize.id).concat(chosenForRounds(rules)).sort();
  const decisions = least(top.chair_decisions, [], (node) => node.items().map((one) => decision(one, units, chosen)));
  return { rules, jurors, entries, decisions, running: entries.filter((entry) => !entry.disqualified) };
}

function names(node) {
  const nodes = node.items(), found = nodes.map((item) => item.text());
  distinct(nodes, found);
  return found;
}

function readRules(node) {
  const f = node.fields(RULES, ["criteria"]);
  const jury = least(f.jury_weight, whole(40), (n) => n.ratio());
  const interactions = least(f.interaction_weight, whole(60), (n) => n.ratio());
  if (jury.plus(interactions).zero) node.refuse("Hai trọng số không thể cùng bằng 0.", "Both weights cannot be zero.");
  const cap = least(f.points_cap, 300n, (n) => n.integer(1n));
  const trim = least(f.trim, 0n, (n) => n.integer(0n, 1000n));
  const unitScore = least(f.unit_score, "best", (n) => n.choice("best", "sum"));
  const before = carried(f.carried, unitScore), fresh = before ? HUNDRED.minus(before.percent) : HUNDRED;
  const juryShare = fresh.times(jury).by(jury.plus(interactions));
  const ofJury = criteria(f.criteria, !jury.zero);
  const categories = least(f.categories, [], names), named = least(f.measures, [], measures);
  return {
    juryWeight: jury, interactionWeight: interactions, cap, trim, juryShare,
    interactionShare: fresh.minus(juryShare), carried: before,
    promotion: f.promotion ? promotion(f.promotion, categories) : null,
    criteria: ofJury, categories, measures: named,
    perShare: least(f.points_per_share, 2n, (n) => n.integer()),
    perReaction: least(f.points_per_reaction, 1n, (n) => n.integer()),
    limit: least(f.shares_per_account, 2n, (n) => (n.value === null ? null : n.integer())),
    perDay: least(f.shares_per_account_per, "clip", (n) => n.choice("clip", "day")) === "day",
    prizes: least(f.prizes, PLAN_PRIZES, (n) => prizes(n, { criteria: ofJury, categories, measures: named })),
    missing: least(f.missing, "report", (n) => n.choice("report", "refuse")),
    trimFrom: least(f.trim_from, 2n * trim + 2n, (n) => n.integer(2n * trim + 1n, 100_000n)),
    standardise: least(f.standardise, false, (n) => n.flag()),
    unitScore,
    tieBreaks: least(f.tie_breaks, TIE_BREAKS, tieBreaks),
    secondScale: secondScale(f.second_scale, jury, interactions, { cap, before }),
    several: least(f.several_prizes, true, (n) => n.flag()),
    quorum: least(f.quorum, 0n, (n) => n.integer(0n, 1000n)),
    platforms: least(f.platforms, [], platforms),
  };
}

function criteria(node, needed) {
  const nodes = node.items();
  const found = nodes.map((item) => {
    const f = item.fields(["id", "max", "weight"], ["id", "max"]);
    const weight = least(f.weight, whole(1), (n) => n.ratio());
    return { id: f.id.text(), max: f.max.integer(1n, LARGEST_MARK), weight };
  });
  distinct(nodes, found.map((one) => one.id));
  if (needed && found.every((one) => one.weight.zero)) {
    node.refuse("Cần ít nhất một tiêu chí có trọng số lớn hơn 0.",
      "At least one criterion with a weight above zero is needed.");
  }
  return found;
}

function tieBreaks(node) {
  const nodes = node.items(), steps = nodes.map((item) => item.choice(...TIE_BREAKS));
  distinct(nodes, steps);
  return steps;
}

function secondScale(node, jury, interactions, { cap, before }) {
  if (node === undefined) {
    return interactions.zero || before ? null : whole(cap).times(jury.plus(interactions)).by(interactions);
  }
  if (node.value === null) return null;
  const scale = node.ratio();
  if (scale.zero) node.refuse("Thang điểm phải lớn hơn 0.", "The scale must be above zero.");
  return scale;
}

function readEntries(node, rules, jurors) {
  const limits = new Map(rules.criteria.map((one) => [one.id, one.max]));
  const nodes = node.items();
  const entries = nodes.map((item) => {
    const f = item.fields(ENTRY, ENTRY.slice(0, 4));
    return {
      id: f.id.text(), unit: f.unit.text(), marks: marks(f.marks, jurors, limits),
      ...interactions(f.interactions, rules.perDay),
      disqualified: least(f.disqualified, false, (n) => n.flag()),
      reason: present(f.reason) ? f.reason.text() : null, category: category(f.category, rules.categories),
      jurors: jurorsOf(f.jurors, jurors, f.marks.value), carried: totalBefore(item, f.carried, rules),
      posts: posts(f.posts, rules.platforms),
    };
  });
  distinct(nodes, entries.map((entry) => entry.id));
  return entries;
}

function interactions(node, perDay) {
  if (node.value === null) return { reactions: null, shares: null, ledger: null, complete: true };
  const f = node.fields(["reactions", "shares", "share_ledger", "ledger_state"], ["reactions"]);
  const state = present(f.ledger_state) ? f.ledger_state.choice("complete", "partial") : "complete";
  const number = (one) => (present(one) ? one.integer() : null);
  const ledger = present(f.share_ledger) ? f.share_ledger.items().map((row) => ledgerRow(row, perDay)) : null;
  return { reactions: number(f.reactions), shares: number(f.shares), ledger, complete: state === "complete" };
}

function ledgerRow(node, perDay) {
  const known = ["account", "count", "day"];
  const f = node.fields(known, perDay ? known : known.slice(0, 2));
  const row = { account: f.account.value, count: f.count.value, day: "" };
  if (typeof row.account !== "string" || !row.account || (f.day && !perDay)) f.account.text();
  if (typeof row.count !== "bigint" || row.count < 0n || row.count > LARGEST) f.count.integer();
  if (f.day) {
    if (typeof f.day.value !== "string" || !DAY.test(f.day.value)) {
      f.day.refuse("Ngày phải viết như 2023-06-19.", "A day must be written like 2023-06-19.");
    }
    row.day = f.day.value;
  }
  return row;
}

function marks(node, jurors, limits) {
  for (const [juror, ballot] of node.mapping()) {
    if (!jurors.has(juror)) {
      node.refuse(`“${juror}” không có trong danh sách giám khảo.`, `"${juror}" is not in the list of jurors.`, juror);
    }
    if (ballot instanceof Map) checkBallot(ballot, step(node.path, juror), limits);
    else if (ballot !== "recused" && ballot !== "abstained") {
      node.refuse("Phải là điểm theo tiêu chí, hoặc “recused”, “abstained”.",
        'This must be marks by criterion, or "recused", or "abstained".', juror);
    }
  }
  return node.value;
}

function checkBallot(ballot, path, limits) {
  if (ballot.repeated !== undefined) new Node(ballot, path).mapping();
  for (const [criterion, mark] of ballot) {
    const limit = limits.get(criterion), place = step(path, criterion);
    if (limit === undefined) throw new Fault(place, "Không có tiêu chí này.", "There is no such criterion.");
    if (typeof mark !== "bigint" || mark < 0n || mark > limit) new Node(mark, place).integer(0n, limit);
  }
}

function decision(node, units, chosen) {
  const f = node.fields(["units", "reason", "prize"], ["units"]);
  const found = names(f.units);
  f.units.items().forEach((item, place) => {
    if (!units.has(found[place])) item.refuse(`Không có đơn vị “${found[place]}”.`, `There is no unit "${found[place]}".`);
  });
  const reason = present(f.reason) ? f.reason.text() : null;
  return { units: found, reason, prize: f.prize ? f.prize.choice(...chosen) : null };
}

/** The rules as they were applied, every default written out (scoring/engine.py). */
export function stated(rules) {
  return {
    criteria: rules.criteria.map((one) => ({ id: one.id, max: one.max, weight: `${one.weight}` })),
    jury_weight: `${rules.juryWeight}`, interaction_weight: `${rules.interactionWeight}`,
    points_per_share: rules.perShare, points_per_reaction: rules.perReaction, shares_per_account: rules.limit,
    ...(rules.perDay ? { shares_per_account_per: "day" } : {}),
    points_cap: rules.cap, prizes: rules.prizes.map(({ id, count, by }) => ({ id, count, ...(by === "overall" ? {} : { by }) })), missing: rules.missing,
    trim: rules.trim, trim_from: rules.trimFrom, standardise: rules.standardise, unit_score: rules.unitScore,
    tie_breaks: rules.tieBreaks, second_scale: rules.secondScale ? `${rules.secondScale}` : null,
    ...statedBeyond(rules), ...statedRounds(rules),
  };
}

