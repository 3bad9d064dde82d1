// Why a unit takes a prize of another measure (scoring/winning/award_words.py, word for word).
import { HUNDRED, NOTHING, shown } from "./_exact.js";
import { MEASURES, Page } from "./_explain.js";
import { counted, marks, named, parts, worth } from "./_measures.js";

const AWARDS = {
  vi: {
    overall: "tổng điểm",
    jury: "điểm giám khảo",
    interactions: "điểm tương tác",
    criterion: "tiêu chí “{key}”",
    category: "tổng điểm trong mảng “{key}”",
    measure: "cách tính “{key}”",
    mean: "Giám khảo: trung bình {value} trên 100, {count} phiếu.",
    marks: "Tiêu chí “{key}”: {sum} / {count} / {most} × 100 = {value}.",
    points: "Tương tác: {sum} = {points} điểm, không giới hạn.",
    weighed: "Cách tính “{key}”: giám khảo {jury} và tương tác {interactions} trên 100, tỉ trọng {jury_weight} và {interaction_weight}: {value}.",
    by_value: "Hạng {rank} theo {measure}: {value}.",
    by_step: "Hạng {rank} theo {measure}: {value}, bằng với {others}; xét {step}.",
    shared: "Đồng hạng {rank} theo {measure} với {others}: mọi tiêu chí phụ đều bằng nhau.",
    chair: "Do Trưởng ban chọn, theo quyết định được ghi biên bản.",
    passed: "Đã có giải khác nên không nhận giải này: {names}.",
  },
  en: {
    overall: "total",
    jury: "the jury's marks",
    interactions: "interaction points",
    criterion: 'criterion "{key}"',
    category: 'total in category "{key}"',
    measure: 'measure "{key}"',
    mean: "Jury: a mean of {value} out of 100, {count} ballots.",
    marks: 'Criterion "{key}": {sum} / {count} / {most} × 100 = {value}.',
    points: "Interactions: {sum} = {points} points, without a cap.",
    weighed: 'Measure "{key}": jury {jury} and interactions {interactions} out of 100, weights {jury_weight} and {interaction_weight}: {value}.',
    by_value: "Rank {rank} by {measure}: {value}.",
    by_step: "Rank {rank} by {measure}: {value}, equal with {others}; decided by {step}.",
    shared: "Rank {rank} by {measure} shared with {others}: every tie-break is equal.",
    chair: "The chair's choice, by a recorded decision.",
    passed: "Passed over, having another prize: {names}.",
  },
};

/** Sentences in both languages, one to a line. */
export function awardWords(award, rules) {
  return { vi: sentences(award, new Page(rules, "vi")), en: sentences(award, new Page(rules, "en")) };
}

function sentences(award, page) {
  const [kind, key] = parts(award.prize.by), found = [];
  if (["overall", "category", "chair"].includes(kind)) found.push(...page.sums(award.line));
  else {
    found.push(page.clips(award.line));
    for (const clip of award.line.clips) {
      found.push(worthOf(clip, kind, key, page), ...(kind === "interactions" ? page.posts(clip) : []));
      if (kind === "interactions" && page.rules.perShare && counted(clip.entry)) found.push(page.shares(clip));
    }
  }
  found.push(rankOf(award, kind, key, page));
  if (award.passed.length) found.push(say(page, "passed", { names: award.passed.join(", ") }));
  return found.join("\n");
}

const say = (page, word, values = {}) =>
  AWARDS[page.language][word].replace(/\{(\w+)\}/g, (all, name) => values[name]);

function worthOf(clip, kind, key, page) {
  const { rules } = page, value = page.number(worth(clip, key ? `${kind}:${key}` : kind, rules));
  if (kind === "jury") return say(page, "mean", { value, count: clip.jury.counted.length });
  if (kind === "interactions") return say(page, "points", { sum: page.collected(clip), points: value });
  if (kind === "measure") {
    const { juryWeight, interactionWeight } = named(key, rules);
    return say(page, "weighed", {
      key, value, jury: page.number(HUNDRED.times(clip.jury.mean ?? NOTHING)),
      interactions: page.number(HUNDRED.times(clip.interactions.score)),
      jury_weight: page.number(juryWeight), interaction_weight: page.number(interactionWeight),
    });
  }
  const given = marks(clip, key), all = given.map((mark) => page.number(mark)).join(" + ");
  const most = page.number(rules.criteria.find((one) => one.id === key).max);
  return say(page, "marks", { key, value, most, count: given.length, sum: given.length === 1 ? all : `(${all})` });
}

function rankOf({ line, lines }, kind, key, page) {
  if (kind === "chair") return say(page, "chair");
  const equals = lines.filter((other) => other.value.compare(line.value) === 0);
  if (kind === "overall") return page.rank(line, equals);
  const value = line.value.under === 1n ? page.number(line.value) : shown(line.value, page.language);
  const said = { rank: line.rank, measure: say(page, kind, { key }), value };
  const names = (found) => found.map((one) => one.unit).filter((unit) => unit !== line.unit).join(", ");
  if (line.decidedBy === "value") return say(page, "by_value", said);
  if (line.decidedBy === "shared") {
    return say(page, "shared", { ...said, others: names(equals.filter((one) => one.rank === line.rank)) });
  }
  const step = page.say(line.decidedBy, { value: page.number(MEASURES[line.decidedBy](line)) });
  return say(page, "by_step", { ...said, others: names(equals), step });
}
