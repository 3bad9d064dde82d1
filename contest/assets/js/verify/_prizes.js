// What there is to win: prizes, categories, named measures (scoring/winning/prizes.py).
import { distinct } from "./_node.js";
import { statedPlatforms } from "./_posts.js";

export const PLAN_PRIZES = [["first", 1n], ["second", 1n], ["third", 1n], ["consolation", 3n]]
  .map(([id, count]) => ({ id, count, by: "overall" }));

/** The prizes in their order; `known`: what a measure may name. */
export function prizes(node, { criteria, categories, measures: named }) {
  const of = (kind, keys) => keys.map((key) => `${kind}:${key}`), ids = (list) => list.map((one) => one.id);
  const allowed = ["overall", "jury", "interactions", "chair", ...of("criterion", ids(criteria)),
    ...of("category", categories), ...of("measure", ids(named))];
  const nodes = node.items(), fields = nodes.map((item) => item.fields(["id", "count", "by"], ["id", "count"]));
  const found = fields.map((f) => ({
    id: f.id.text(), count: f.count.integer(0n, 100_000n), by: f.by ? f.by.choice(...allowed) : "overall",
  }));
  distinct(nodes, ids(found));
  return found;
}

export function measures(node) {
  const nodes = node.items(), names = ["id", "jury_weight", "interaction_weight"];
  const found = nodes.map((item) => {
    const f = item.fields(names, names);
    const one = { id: f.id.text(), juryWeight: f.jury_weight.ratio(), interactionWeight: f.interaction_weight.ratio() };
    if (one.juryWeight.plus(one.interactionWeight).zero) {
      item.refuse("Hai trọng số không thể cùng bằng 0.", "Both weights cannot be zero.");
    }
    return one;
  });
  distinct(nodes, found.map((one) => one.id));
  return found;
}

export const category = (node, known) => (node === undefined || node.value === null ? null : node.choice(...known));

/** Rules that the first form does not know, only where they say something. */
export function statedBeyond(rules) {
  const named = rules.measures.map((one) => ({
    id: one.id, jury_weight: `${one.juryWeight}`, interaction_weight: `${one.interactionWeight}`,
  }));
  return {
    ...(rules.categories.length ? { categories: rules.categories } : {}),
    ...(named.length ? { measures: named } : {}), ...(rules.several ? {} : { several_prizes: false }),
    ...(rules.quorum ? { quorum: rules.quorum } : {}),
    ...(rules.platforms.length ? { platforms: statedPlatforms(rules) } : {}),
  };
}
