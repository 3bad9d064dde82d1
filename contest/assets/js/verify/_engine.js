// The whole way from parsed input to the ranking, as plain values (scoring/engine.py).
import { assigned, belowQuorum, givenTo } from "./_assignment.js";
import { awardWords } from "./_award_words.js";
import { rank } from "./_awarding.js";
import { HUNDRED, both, byText } from "./_exact.js";
import { explain } from "./_explain.js";
import { Fault } from "./_json.js";
import { onPage } from "./_measures.js";
import { pageCounts } from "./_posts.js";
import { promotionReport } from "./_rounds.js";
import { read, stated } from "./_schema.js";

/** The output of `scoring.compute` for a parsed JSON value; a Fault where it may not stand so. */
export const compute = (data) => work(data).output;

/** The same with what it was worked out from: the contest, and its ranked lines with every score. */
export function work(data) {
  const contest = read(data);
  const missing = gaps(contest);
  if (contest.rules.missing === "refuse") refuseGaps(contest, missing);
  const ranking = rank(contest);
  return { contest, lines: ranking.lines, output: report(contest, ranking, missing) };
}

function report(contest, { lines, unmarked, awards, following }, missing) {
  const out = contest.entries.filter((entry) => entry.disqualified).sort((a, b) => byText(a.id, b.id));
  const equals = new Map(); // total -> the lines that have it
  for (const line of lines) equals.set(`${line.total}`, [...(equals.get(`${line.total}`) ?? []), line]);
  const { rules } = contest, measured = rules.prizes.some((prize) => prize.by !== "overall");
  const barred = new Set(rules.several ? [] : awards.map((one) => one.line.unit));
  const without = lines.filter((line) => line.prize === null && !barred.has(line.unit));
  const won = measured ? (line) => awards.filter((one) => one.line.unit === line.unit).map((one) => one.prize.id) : null;
  return {
    format: `hoithi-ranking/${form(contest, measured)}`,
    rules: stated(rules),
    ranking: lines.map((line) => ({
      ...lineOf(line, equals.get(`${line.total}`), rules),
      ...(rules.categories.length ? { category: line.clips[0].entry.category } : {}),
      ...(won ? { prizes: won(line) } : {}), ...carriedOf(line, rules),
    })),
    ...(measured ? { awards: awards.map((award) => awardOf(award, rules)), next_by: following } : {}),
    next_in_line: without.filter((line) => line.rank === without[0].rank).map((line) => line.unit),
    unranked: unmarked.map((entry) => ({ unit: entry.unit, entry: entry.id, why: "no_marks" })),
    disqualified: out.map((entry) => ({ unit: entry.unit, entry: entry.id, reason: entry.reason })),
    missing, ...(rules.quorum ? { below_quorum: belowQuorum(contest) } : {}),
    ...(rules.promotion ? { promotion: promotionReport(contest) } : {}),
  };
}

/** The first form that holds all that is said. */
function form(contest, measured) {
  if (contest.rules.promotion || contest.rules.carried) return 3;
  return measured || contest.rules.categories.length || contest.rules.platforms.length || assigned(contest) ? 2 : 1;
}

const carriedOf = (line, rules) => (rules.carried ? { carried: both(line.carriedPoints) } : {});

function lineOf(line, equals, rules) {
  const found = {
    rank: line.rank, unit: line.unit, entry: line.clips[0].entry.id,
    jury: both(line.juryPoints), interactions: both(line.interactionPoints), total: both(line.total),
    points: line.points,
    capped: line.clips.some((clip) => clip.interactions.capped),
    verified: line.clips.every((clip) => clip.interactions.sure),
    ...checked(line.clips.map((clip) => clip.interactions)),
    decided_by: line.decidedBy, prize: line.prize, entries: line.clips.map((clip) => clip.entry.id),
    jury_mean: line.clips.some((clip) => clip.jury.mean === null) ? null : both(HUNDRED.times(line.juryMean)),
    explanation: explain(rules, line, equals),
  };
  const scale = rules.secondScale;
  if (!scale || rules.unitScore !== "best") return found;
  const scaled = (value) => both(value.times(scale).by(HUNDRED));
  found.second_scale = {
    of: `${scale}`, jury: scaled(line.juryPoints), interactions: scaled(line.interactionPoints),
    ...(line.carriedPoints.zero ? {} : { carried: scaled(line.carriedPoints) }),
    total: scaled(line.total),
  };
  return found;
}

function awardOf(award, rules) {
  const { line, prize } = award;
  return {
    prize: prize.id, by: prize.by, rank: line.rank, unit: line.unit, entry: line.clips[0].entry.id,
    entries: line.clips.map((clip) => clip.entry.id), value: both(line.value),
    jury: both(line.juryPoints), interactions: both(line.interactionPoints),
    ...carriedOf(line, rules),
    total: line.clips.every((clip) => clip.total) ? both(line.total) : null, points: line.points,
    capped: line.clips.some((clip) => clip.interactions.capped),
    verified: line.clips.every((clip) => clip.interactions.sure),
    decided_by: line.decidedBy, shared: award.shared, explanation: awardWords(award, rules),
  };
}

/** How many shares have a known account, where some clip's ledger is not complete. */
function checked(counts) {
  if (counts.every((one) => one.checked === null)) return {};
  const total = (values) => values.reduce((all, one) => all + (one ?? 0n), 0n);
  const given = counts.filter((one) => one.checked !== null || !one.verified).map((one) => one.given);
  return { checked: { shares: total(counts.map((one) => one.checked)), of: total(given) } };
}

/** What is not there, as the output tells it. */
function gaps(contest) {
  const { rules } = contest, jurors = [...contest.jurors].sort(byText);
  return [...contest.running].sort((a, b) => byText(a.id, b.id)).flatMap((entry) => [
    ...(rules.juryShare.zero ? [] : givenTo(entry, jurors).flatMap((juror) => openMarks(entry, juror, rules.criteria))),
    ...(rules.interactionShare.zero || !pageCounts(rules) ? [] : openCounts(entry)),
    ...(rules.interactionShare.zero ? [] : openPosts(entry)),
  ]);
}

const gap = (what, entry, juror = null, criteria = []) => ({ what, entry: entry.id, unit: entry.unit, juror, criteria });

function openMarks(entry, juror, criteria) {
  const ballot = entry.marks.get(juror) ?? new Map();
  if (typeof ballot === "string" || ballot.size === criteria.length) return [];
  const open = criteria.map((one) => one.id).filter((id) => !ballot.has(id)).sort(byText);
  return [gap(ballot.size ? "marks" : "ballot", entry, juror, open)];
}

function openCounts(entry) {
  if (!onPage(entry)) return [gap("interactions", entry)];
  const unshared = entry.shares === null && (entry.ledger === null || !entry.complete);
  return [...(entry.reactions === null ? [gap("reactions", entry)] : []), ...(unshared ? [gap("shares", entry)] : [])];
}

function openPosts(entry) {
  const platforms = entry.posts.filter((post) => post.lacking.length).map((post) => post.on.id);
  return platforms.length ? [{ ...gap("posts", entry), platforms }] : [];
}

function refuseGaps(contest, missing) {
  for (const one of missing) {
    const path = `$.entries[${contest.entries.findIndex((entry) => entry.id === one.entry)}]`;
    if (one.juror !== null) {
      throw new Fault(`${path}.marks`, `Giám khảo ${one.juror} chưa chấm đủ clip ${one.entry}.`,
        `Juror ${one.juror} has not fully marked clip ${one.entry}.`);
    }
    throw new Fault(`${path}.interactions`, `Chưa có đủ số đếm tương tác của clip ${one.entry}.`,
      `The interaction counts of clip ${one.entry} are not complete.`);
  }
}
