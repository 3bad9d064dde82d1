// From scores to ranks: a unit stands with its best clip, ties go through the chain (scoring/ranking.py).
import { Fraction, HUNDRED, NOTHING, average, byText, sum, whole } from "./_exact.js";
import { score as countInteractions } from "./_interactions.js";
import { score as countMarks } from "./_jury.js";
import { worth } from "./_measures.js";

const UNKNOWN = new Fraction(-1n);
const known = (value) => value ?? UNKNOWN;

/** Every clip still in the contest with its scores. */
export function scored(contest) {
  const marks = countMarks(contest);
  return contest.running.map((entry) => scoreOf(entry, marks.get(entry.id), contest.rules));
}

/** The units in the order of a measure: each stands with its best clip by it. */
export function ranked(clips, contest, by = "overall") {
  const byUnit = new Map();
  for (const clip of clips) {
    if (worth(clip, by, contest.rules)) byUnit.set(clip.entry.unit, [...(byUnit.get(clip.entry.unit) ?? []), clip]);
  }
  const lines = [...byUnit].map(([unit, own]) => lineOf(unit, own, contest.rules, by));
  return numbered(order(lines, contest, by === "overall" ? "total" : "value"));
}

function scoreOf(entry, jury, rules) {
  const interactions = countInteractions(entry, rules);
  let juryPoints = rules.juryShare.zero ? NOTHING : null;
  if (jury.mean) juryPoints = rules.juryShare.times(jury.mean);
  const interactionPoints = rules.interactionShare.times(interactions.score);
  const carriedPoints = rules.carried ? rules.carried.percent.times(entry.carried).by(HUNDRED) : NOTHING;
  const total = juryPoints?.plus(interactionPoints).plus(carriedPoints) ?? null;
  return { entry, jury, interactions, juryPoints, interactionPoints, carriedPoints, total };
}

function lineOf(unit, clips, rules, by) {
  const measured = clips.map((clip) => [clip, strength(clip, rules, by)]);
  measured.sort(([a], [b]) => byText(a.entry.id, b.entry.id));
  measured.sort(([, a], [, b]) => {
    const place = a.findIndex((value, at) => value.compare(b[at]));
    return place < 0 ? 0 : b[place].compare(a[place]);
  });
  const ordered = measured.map(([clip]) => clip);
  const counting = rules.unitScore === "best" ? ordered.slice(0, 1) : ordered;
  const juryPoints = sum(counting.map((clip) => clip.juryPoints ?? NOTHING));
  const interactionPoints = sum(counting.map((clip) => clip.interactionPoints));
  const carriedPoints = sum(counting.map((clip) => clip.carriedPoints));
  return {
    unit, clips: counting, others: ordered.slice(counting.length).map((clip) => clip.entry.id),
    juryPoints, interactionPoints, carriedPoints, total: juryPoints.plus(interactionPoints).plus(carriedPoints),
    value: sum(counting.map((clip) => known(worth(clip, by, rules)))),
    points: counting.reduce((all, clip) => all + clip.interactions.points, 0n),
    juryMean: average(counting.map((clip) => known(clip.jury.mean))),
    top: average(counting.map((clip) => known(clip.jury.top))),
    rank: 0, decidedBy: "total", prize: null,
  };
}

/** Which clip a unit stands with: its worth, then the chain without the chair. */
function strength(clip, rules, by) {
  const values = {
    jury_mean: known(clip.jury.mean), top_criterion: known(clip.jury.top),
    uncapped_points: whole(clip.interactions.points),
  };
  return [known(worth(clip, by, rules)), ...rules.tieBreaks.filter((step) => step in values).map((step) => values[step])];
}

function order(lines, contest, alone) {
  const decisions = contest.decisions.filter((one) => one.prize === null);
  const groups = split(lines, (line) => line.value);
  return groups.flatMap((group) => untie(group, alone, contest.rules.tieBreaks, decisions));
}

function untie(group, decidedBy, steps, decisions) {
  if (group.length === 1) return [[{ ...group[0], decidedBy }]];
  if (!steps.length) return [group.map((line) => ({ ...line, decidedBy: "shared" }))];
  const parts = split(group, measure(steps[0], group, decisions));
  return parts.flatMap((part) => untie(part, steps[0], steps.slice(1), decisions));
}

/** Lines of an equal value together, the highest first; within a group by unit. */
function split(lines, value) {
  const measured = lines.map((line) => [line, value(line)]);
  measured.sort(([a], [b]) => byText(a.unit, b.unit));
  measured.sort(([, a], [, b]) => b.compare(a));
  const groups = [];
  measured.forEach(([line, own], place) => {
    if (place && own.compare(measured[place - 1][1]) === 0) groups[groups.length - 1].push(line);
    else groups.push([line]);
  });
  return groups;
}

function measure(step, group, decisions) {
  if (step === "jury_mean") return (line) => line.juryMean;
  if (step === "top_criterion") return (line) => line.top;
  if (step === "uncapped_points") return (line) => whole(line.points);
  const decided = [...decisions].reverse().find((one) => group.every((line) => one.units.includes(line.unit)));
  return (line) => whole(-Math.max(0, decided?.units.indexOf(line.unit) ?? 0));
}

/** Ranks as in sport: 1, 2, 2, 4. */
function numbered(groups) {
  const lines = [];
  for (const group of groups) {
    const place = lines.length + 1;
    lines.push(...group.map((line) => ({ ...line, rank: place })));
  }
  return lines;
}
