// What a clip is worth by each measure that a prize may go by (scoring/winning/measures.py).
import { HUNDRED, NOTHING, byText, sum, whole } from "./_exact.js";

/** Whether any number of a clip on the Page is known; on the Page or elsewhere. */
export const onPage = (entry) => [entry.reactions, entry.shares, entry.ledger].some((one) => one !== null);
export const counted = (entry) => onPage(entry) || entry.posts.some((post) => post.known);

/** null: the measure says nothing of the clip. */
export function worth(clip, by, rules) {
  if (by === "overall") return clip.total;
  const [kind, key] = parts(by);
  return WORTH[kind](clip, key, rules);
}

/** "criterion:content" as its kind and its key. */
export function parts(by) {
  const at = by.indexOf(":");
  return at < 0 ? [by, ""] : [by.slice(0, at), by.slice(at + 1)];
}

const WORTH = {
  jury: (clip) => (clip.jury.mean ? HUNDRED.times(clip.jury.mean) : null),
  interactions: (clip) => (counted(clip.entry) ? whole(clip.interactions.points) : null),
  criterion(clip, key, rules) {
    const given = marks(clip, key), { max } = rules.criteria.find((one) => one.id === key);
    return given.length ? HUNDRED.times(sum(given.map(whole))).by(whole(BigInt(given.length) * max)) : null;
  },
  category: (clip, key) => (clip.entry.category === key ? clip.total : null),
  measure(clip, key, rules) {
    const measure = named(key, rules);
    if (!measure.juryWeight.zero && !clip.jury.mean) return null;
    const marked = measure.juryWeight.times(clip.jury.mean ?? NOTHING);
    const both = marked.plus(measure.interactionWeight.times(clip.interactions.score));
    return HUNDRED.times(both).by(measure.juryWeight.plus(measure.interactionWeight));
  },
};

/** What the jurors gave in one criterion, as they gave it; nobody is trimmed away. */
export function marks(clip, criterion) {
  const jurors = [...clip.jury.counted, ...clip.jury.trimmed].map(([juror]) => juror).sort(byText);
  return jurors.map((juror) => clip.entry.marks.get(juror).get(criterion));
}

export const named = (key, rules) => rules.measures.find((measure) => measure.id === key);
