// The jury's half: weighted criteria, the mean over the jurors who marked (scoring/jury.py).
import { givenTo } from "./_assignment.js";
import { NOTHING, average, byText, sum, whole } from "./_exact.js";

const weighted = (criteria, ballot) => sum(criteria.map((one) => one.weight.times(whole(ballot.get(one.id)))));

/** What each clip still in the contest has from the jury, by clip id. */
export function score(contest) {
  const { criteria } = contest.rules;
  const possible = sum(criteria.map((one) => one.weight.times(whole(one.max))));
  let results = new Map(contest.running.map((entry) => [entry.id, marked(entry, contest.jurors, criteria)]));
  if (contest.rules.standardise) results = standardised(results, possible);
  const jurors = [...contest.jurors].sort(byText);
  return new Map(contest.running.map((entry) => [
    entry.id, scored(entry, results.get(entry.id), { rules: contest.rules, jurors, possible }),
  ]));
}

/** Complete ballots only: juror -> weighted marks. */
function marked(entry, jurors, criteria) {
  const found = new Map();
  for (const juror of jurors) {
    const ballot = entry.marks.get(juror);
    if (ballot instanceof Map && ballot.size === criteria.length) found.set(juror, weighted(criteria, ballot));
  }
  return found;
}

function scored(entry, results, { rules, jurors, possible }) {
  const given = jurors.filter((juror) => results.has(juror)).map((juror) => [juror, results.get(juror)]);
  const [counted, trimmed] = trim(given, rules);
  const silent = givenTo(entry, jurors).filter((juror) => !results.has(juror));
  const said = (word) => silent.filter((juror) => entry.marks.get(juror) === word);
  const share = average(counted.map(([, mark]) => mark));
  return {
    mean: counted.length && !possible.zero ? share.by(possible) : null,
    top: top(entry, results, rules.criteria),
    possible, counted, trimmed, recused: said("recused"), abstained: said("abstained"),
    missing: silent.filter((juror) => typeof entry.marks.get(juror) !== "string"),
  };
}

/** The criteria of most weight, the larger maximum deciding between equal weights. */
function mostWeight(criteria) {
  const order = (a, b) => a.weight.compare(b.weight) || (a.max < b.max ? -1 : a.max > b.max ? 1 : 0);
  const most = criteria.reduce((best, one) => (best && order(best, one) >= 0 ? best : one), null);
  return criteria.filter((one) => order(one, most) === 0);
}

function top(entry, results, criteria) {
  const first = mostWeight(criteria);
  const most = sum(first.map((one) => whole(one.max)));
  if (!results.size || most.zero) return null;
  const given = [...results.keys()].map((juror) => sum(first.map((one) => whole(entry.marks.get(juror).get(one.id)))));
  return average(given).by(most);
}

/** The highest and lowest split off, if enough jurors marked. */
function trim(given, rules) {
  const off = Number(rules.trim);
  if (!off || BigInt(given.length) < rules.trimFrom) return [given, []];
  const ordered = [...given].sort(([, a], [, b]) => a.compare(b));
  const byJuror = ([a], [b]) => byText(a, b);
  const kept = ordered.slice(off, -off);
  return [kept.sort(byJuror), [...ordered.slice(0, off), ...ordered.slice(-off)].sort(byJuror)];
}

/** Every juror's marks moved and stretched to the common mean and spread, held within 0..possible. */
function standardised(results, possible) {
  const byJuror = new Map();
  for (const marks of results.values()) {
    for (const [juror, mark] of marks) byJuror.set(juror, [...(byJuror.get(juror) ?? []), mark]);
  }
  const means = new Map([...byJuror].map(([juror, marks]) => [juror, average(marks)]));
  const spreads = new Map([...byJuror].map(([juror, marks]) => [
    juror, average(marks.map((mark) => mark.minus(means.get(juror)).size())),
  ]));
  const mean = average([...byJuror.values()].flat());
  const spread = average([...spreads.values()].filter((own) => !own.zero));
  const moved = (juror, mark) => {
    const own = spreads.get(juror);
    const raw = own.zero ? mean : mean.plus(mark.minus(means.get(juror)).times(spread).by(own));
    if (raw.compare(NOTHING) < 0) return NOTHING;
    return raw.compare(possible) > 0 ? possible : raw;
  };
  return new Map([...results].map(([id, marks]) => [
    id, new Map([...marks].map(([juror, mark]) => [juror, moved(juror, mark)])),
  ]));
}
