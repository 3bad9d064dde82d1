// For every line of the ranking the sums as a person can follow them (scoring/explain.py).
import { HUNDRED, byText, finite, fraction, rounded, shown, sum, whole, written } from "./_exact.js";
import { counted } from "./_measures.js";
import { pageCounts, postWords } from "./_posts.js";
import { WORDS } from "./_sentences.js";

const ONE = whole(1);
const bracket = (parts) => (parts.length === 1 ? parts[0] : `(${parts.join(" + ")})`);
export const MEASURES = {
  jury_mean: (line) => HUNDRED.times(line.juryMean),
  top_criterion: (line) => HUNDRED.times(line.top),
  uncapped_points: (line) => whole(line.points),
  chair: () => whole(0),
};

/** Sentences in both languages, one to a line; `equals`: the lines of the same total. */
export function explain(rules, line, equals) {
  return { vi: new Page(rules, "vi").text(line, equals), en: new Page(rules, "en").text(line, equals) };
}

export class Page {
  constructor(rules, language) {
    Object.assign(this, { rules, language, words: WORDS[language] });
    this.share = this.number(rules.juryShare);
    this.publicShare = this.number(rules.interactionShare);
    this.cap = this.number(rules.cap);
  }

  say(key, values = {}) { return this.words[key].replace(/\{(\w+)\}/g, (all, name) => values[name]); }

  number(value) {
    if (typeof value === "bigint") return written(`${value}`, this.language);
    return written(finite(value) ?? rounded(value), this.language);
  }

  text(line, equals) { return [...this.sums(line), this.rank(line, equals)].join("\n"); }

  /** How the total comes about, a sentence each. */
  sums(line) {
    const sentences = [this.clips(line)];
    for (const clip of line.clips) {
      if (line.clips.length > 1) sentences.push(this.say("clip", { id: clip.entry.id }));
      sentences.push(...this.jury(clip), ...this.interactions(clip), ...this.carried(clip));
    }
    return [...sentences, ...this.totals(line)];
  }

  clips(line) {
    const ids = line.clips.map((clip) => clip.entry.id);
    if (ids.length > 1) return this.say("sum", { count: ids.length, ids: ids.join(", ") });
    if (line.others.length) return this.say("best", { count: 1 + line.others.length, id: ids[0] });
    return this.say("clip", { id: ids[0] });
  }

  jury(clip) {
    if (this.rules.juryShare.zero || !clip.juryPoints) return [this.say("no_jury")];
    const result = `${this.jurySum(clip.jury)} = ${shown(clip.juryPoints, this.language)}`;
    const sentences = [this.say("jury", { sum: result })];
    if (this.rules.standardise) sentences.push(this.say("standardised"));
    const { recused, abstained, missing } = clip.jury;
    const given_to = [...(clip.entry.jurors ?? [])].sort(byText);
    const leftOut = { given_to, trimmed: clip.jury.trimmed.map(([juror]) => juror), recused, abstained, missing };
    for (const [key, names] of Object.entries(leftOut)) {
      if (names.length) sentences.push(this.say(key, { names: names.join(", ") }));
    }
    return sentences;
  }

  jurySum(marked) {
    const marks = marked.counted.map(([, mark]) => mark);
    const percents = marks.map((mark) => HUNDRED.times(mark).by(marked.possible));
    if (this.rules.standardise || percents.every((one) => finite(one) !== null)) {
      return `${bracket(percents.map((one) => this.number(one)))} / ${marks.length} / 100 × ${this.share}`;
    }
    const parts = marks.map((mark) => `${this.number(mark)}/${this.number(marked.possible)}`);
    return `${bracket(parts)} / ${parts.length} × ${this.share}`;
  }

  interactions(clip) {
    const counts = clip.interactions, { entry } = clip;
    const end = `= ${shown(clip.interactionPoints, this.language)}`;
    const ratio = `${this.number(counts.counted)} / ${this.cap} × ${this.publicShare} ${end}`;
    if (!counted(entry)) {
      return [this.say("interactions", { sum: `${this.say("no_reactions")}; ${ratio}` })];
    }
    let collected = this.say("points", { sum: this.collected(clip), points: this.number(counts.points) });
    if (counts.capped) collected += this.say("capped", { cap: this.cap });
    const sentences = [this.say("interactions", { sum: `${collected}; ${ratio}` }), ...this.posts(clip)];
    if (counts.reactions === null && pageCounts(this.rules)) sentences.push(this.say("reactions_open"));
    return this.rules.perShare ? [...sentences, this.shares(clip)] : sentences;
  }

  /** What posts on other platforms earned. */
  posts({ entry }) { return entry.posts.flatMap((post) => postWords(post, this)); }

  collected({ entry, interactions: counts }) {
    const parts = [["reactions", counts.reactions, this.rules.perReaction], ["shares", counts.shares, this.rules.perShare]];
    const said = parts.filter(([, count]) => count !== null)
      .map(([key, count, each]) => this.say(key, { count: this.number(count), each: this.number(each) }));
    return [...said, ...entry.posts.map((post) => `${post.on.id} ${this.number(post.counted)}`)].join(" + ");
  }

  shares({ entry, interactions: counts }) {
    if (counts.shares === null || counts.given === null) return this.say("no_shares");
    const given = this.number(counts.given), shares = this.number(counts.shares);
    if (counts.checked !== null) {
      const key = entry.shares === null ? "partial_alone" : "partial";
      return this.say(key, { checked: this.number(counts.checked), given, shares });
    }
    if (!counts.verified) return this.say("unverified");
    if (this.rules.limit === null) return this.say("ledger_free", { given });
    const limit = this.say(this.rules.perDay ? "per_day" : "per_clip", { limit: this.number(this.rules.limit) });
    return this.say("ledger", { limit, shares, given });
  }

  carried({ entry, carriedPoints }) {
    const before = this.rules.carried, { language } = this;
    if (!before) return [];
    const points = this.number(entry.carried), percent = this.number(before.percent);
    return [this.say("carried", { points, percent, value: shown(carriedPoints, language) })];
  }

  totals(line) {
    const scale = this.rules.secondScale, sentences = [this.sum("total", line, ONE)];
    if (scale && this.rules.unitScore === "best") {
      sentences.push(this.sum("second", line, scale.by(HUNDRED), this.number(scale)));
    }
    return sentences;
  }

  sum(key, line, factor, scale) {
    const parts = [line.juryPoints.times(factor), line.interactionPoints.times(factor)];
    if (this.rules.carried) parts.push(line.carriedPoints.times(factor));
    const total = line.total.times(factor);
    const added = sum(parts.map((part) => fraction(rounded(part))));
    const exactly = added.compare(fraction(rounded(total))) ? this.say("exactly") : "";
    const [jury, ...others] = parts.map((part) => shown(part, this.language));
    return this.say(key, { jury, interactions: others.join(" + "), total: shown(total, this.language), exactly, scale });
  }

  rank(line, equals) {
    const others = (lines) => lines.map((one) => one.unit).filter((unit) => unit !== line.unit).join(", ");
    if (line.decidedBy === "total") return this.say("by_total", { rank: line.rank });
    if (line.decidedBy === "shared") {
      return this.say("shared", { rank: line.rank, others: others(equals.filter((one) => one.rank === line.rank)) });
    }
    const step = this.say(line.decidedBy, { value: this.number(MEASURES[line.decidedBy](line)) });
    return this.say("by_step", { rank: line.rank, others: others(equals), step });
  }
}
