// The public's half: points for reactions and shares, with both caps (scoring/interactions.py).
import { Fraction } from "./_exact.js";

const larger = (a, b) => (a > b ? a : b);
const smaller = (a, b) => (a < b ? a : b);

export function score(entry, rules) {
  const shares = countShares(entry, rules.limit, rules.perDay);
  const page = rules.perShare * (shares.counted ?? 0n) + rules.perReaction * (entry.reactions ?? 0n);
  const points = entry.posts.reduce((all, post) => all + post.counted, page);
  const verified = (entry.ledger !== null && entry.complete) || rules.perShare === 0n;
  const counted = smaller(points, rules.cap);
  return {
    reactions: entry.reactions, given: shares.given, shares: shares.counted, checked: shares.checked,
    points, counted, capped: points > counted,
    verified, sure: verified && !entry.posts.some((post) => post.unverified),
    score: new Fraction(counted, rules.cap),
  };
}

/** Each account counted up to the limit: a complete ledger replaces the total, another lowers it. */
function countShares(entry, limit, perDay) {
  if (entry.ledger === null) return { given: entry.shares, counted: entry.shares, checked: null };
  const counts = byAccount(entry.ledger, perDay);
  const total = (values) => values.reduce((all, one) => all + one, 0n);
  const checked = total(counts);
  const capped = limit === null ? checked : total(counts.map((count) => smaller(count, limit)));
  if (entry.complete) return { given: checked, counted: capped, checked: null };
  if (entry.shares === null) return { given: checked, counted: capped, checked };
  const lowered = larger(entry.shares - (checked - capped), capped);
  return { given: entry.shares, counted: smaller(entry.shares, lowered), checked };
}

function byAccount(ledger, perDay) {
  const found = new Map();
  for (const row of ledger) {
    const key = perDay ? `${row.day} ${row.account}` : row.account;
    found.set(key, (found.get(key) ?? 0n) + row.count);
  }
  return [...found.values()];
}
