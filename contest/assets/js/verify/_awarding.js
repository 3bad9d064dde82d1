// Who takes which prize: in the order of the rules, each by its own measure (scoring/winning/awarding.py).
import { byText } from "./_exact.js";
import { ranked, scored } from "./_ranking.js";

/** The lines of one measure that still wait for a prize, in groups that share a rank. */
class Queue {
  constructor(lines) {
    this.lines = lines;
    this.groups = [];
    for (const line of lines) {
      if (this.groups.at(-1)?.[0].rank === line.rank) this.groups.at(-1).push(line);
      else this.groups.push([line]);
    }
    this.passed = [];
    this.usedUp = 0; // places that a shared rank has filled beyond its first
  }

  take(barred) {
    if (this.usedUp) {
      this.usedUp -= 1;
      return [];
    }
    const group = this.following(barred);
    this.usedUp = Math.max(group.length - 1, 0);
    return group;
  }

  following(barred) {
    while (this.groups.length) {
      const first = this.groups.shift();
      this.passed.push(...first.filter((line) => barred.has(line.unit)).map((line) => line.unit));
      const group = first.filter((line) => !barred.has(line.unit));
      if (group.length) return group;
    }
    return [];
  }
}

/** The whole ranking with prizes; `following`: by measure who moves up next. */
export function rank(contest) {
  const clips = scored(contest), lines = ranked(clips, contest), { several } = contest.rules;
  const { awards, queues, winners } = give(clips, lines, contest);
  const barred = several ? new Set() : winners;
  const won = new Map(awards.filter((one) => one.prize.by === "overall").map((one) => [one.line.unit, one.prize.id]));
  const following = {};
  for (const [by, queue] of queues) {
    if (!by.startsWith("chair")) following[by] = queue.following(barred).map((line) => line.unit);
  }
  const unmarked = clips.filter((clip) => !clip.total).map((clip) => clip.entry);
  return {
    lines: lines.map((line) => ({ ...line, prize: won.get(line.unit) ?? null })),
    unmarked: unmarked.sort((a, b) => byText(a.id, b.id)), awards, following,
  };
}

function give(clips, lines, contest) {
  const awards = [], winners = new Set(), queues = new Map([["overall", new Queue(lines)]]);
  for (const prize of contest.rules.prizes) {
    const by = prize.by === "chair" ? `chair:${prize.id}` : prize.by;
    if (!queues.has(by)) queues.set(by, new Queue(order(clips, lines, prize, contest)));
    const queue = queues.get(by);
    for (let place = 0; place < prize.count && place < queue.lines.length; place++) {
      const group = queue.take(contest.rules.several ? new Set() : winners), passed = [...queue.passed];
      awards.push(...group.map((line) => ({ prize, line, shared: group.length > 1, passed, lines: queue.lines })));
      for (const line of group) winners.add(line.unit);
    }
  }
  return { awards, queues, winners };
}

function order(clips, lines, prize, contest) {
  if (prize.by !== "chair") return ranked(clips, contest, prize.by);
  const chosen = contest.decisions.filter((one) => one.prize === prize.id).at(-1)?.units ?? [];
  const named = chosen.map((unit) => lines.find((line) => line.unit === unit)).filter(Boolean);
  return named.map((line, place) => ({ ...line, rank: place + 1, decidedBy: "chair" }));
}
