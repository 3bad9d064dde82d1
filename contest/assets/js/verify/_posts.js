// Posts on other platforms: what they say and what they earn (scoring/elsewhere/).
import { distinct } from "./_node.js";

export const COUNTS = ["likes", "shares", "comments", "views"];
const PAYS = COUNTS.map((name) => [name, `points_per_${name.replace(/s$/, "")}`]);
const RULE = ["id", ...PAYS.map(([, key]) => key), "views_per_step", "cap"];
const present = (node) => node !== undefined && node.value !== null;

/** What the rules say of other platforms. */
export function platforms(node) {
  const nodes = node.items(), fields = nodes.map((item) => item.fields(RULE, ["id"]));
  const found = fields.map((f) => ({
    id: f.id.text(), pays: Object.fromEntries(PAYS.map(([name, key]) => [name, f[key] ? f[key].integer() : 0n])),
    step: f.views_per_step ? f.views_per_step.integer(1n) : 1n, cap: present(f.cap) ? f.cap.integer(1n) : null,
  }));
  distinct(nodes, found.map((one) => one.id));
  return found;
}

/** A clip's posts with their points, in the order of the rules. */
export function posts(node, known) {
  if (node === undefined) return [];
  const nodes = node.items(), names = known.map((one) => one.id);
  const found = nodes.map((item) => {
    const f = item.fields(["platform", ...COUNTS], ["platform"]);
    const on = known[names.indexOf(f.platform.choice(...names))];
    const counts = Object.fromEntries(COUNTS.map((name) => [name, present(f[name]) ? f[name].integer() : null]));
    return worth(on, counts);
  });
  distinct(nodes, found.map((one) => one.on.id));
  return found.sort((a, b) => names.indexOf(a.on.id) - names.indexOf(b.on.id));
}

function worth(on, counts) {
  const each = COUNTS.map((name) => on.pays[name] * ((counts[name] ?? 0n) / (name === "views" ? on.step : 1n)));
  const points = each.reduce((all, one) => all + one, 0n);
  return {
    on, counts, points, counted: on.cap !== null && points > on.cap ? on.cap : points,
    known: COUNTS.some((name) => counts[name] !== null),
    lacking: COUNTS.filter((name) => on.pays[name] && counts[name] === null),
    unverified: Boolean(on.pays.shares && counts.shares),
  };
}

/** What each platform pays, every default written out. */
export const statedPlatforms = (rules) => rules.platforms.map((one) => ({
  id: one.id, ...Object.fromEntries(PAYS.map(([name, key]) => [key, one.pays[name]])),
  views_per_step: one.step, cap: one.cap,
}));

/** Whether reactions and shares on the Page are owed. */
export const pageCounts = (rules) => Boolean(!rules.platforms.length || rules.perShare || rules.perReaction);

const WORDS = {
  vi: {
    likes: "{count} lượt thích × {each}",
    shares: "{count} lượt chia sẻ × {each}",
    comments: "{count} bình luận × {each}",
    views: "{count} lượt xem × {each}",
    steps: "{count} lượt xem, đủ {times} lần {step}, × {each}",
    sum: "{platform}: {sum} = {points} điểm{capped}.",
    capped: ", tính tối đa {cap}",
    free: "{platform}: không tính điểm.",
    open: "{platform}: chưa có số {names}.",
    unverified: "{platform}: lượt chia sẻ không đối chiếu được theo từng tài khoản.",
    name_likes: "lượt thích",
    name_shares: "lượt chia sẻ",
    name_comments: "bình luận",
    name_views: "lượt xem",
  },
  en: {
    likes: "{count} likes × {each}",
    shares: "{count} shares × {each}",
    comments: "{count} comments × {each}",
    views: "{count} views × {each}",
    steps: "{count} views, {times} times {step} in full, × {each}",
    sum: "{platform}: {sum} = {points} points{capped}.",
    capped: ", at most {cap} count",
    free: "{platform}: earns no points.",
    open: "{platform}: no count yet of {names}.",
    unverified: "{platform}: shares cannot be verified per account.",
    name_likes: "likes",
    name_shares: "shares",
    name_comments: "comments",
    name_views: "views",
  },
};

/** What is counted of a post, what is not known, what nobody can check; `page`: numbers and language. */
export function postWords(post, page) {
  const { on, counts } = post, said = [];
  const say = (key, values) => WORDS[page.language][key].replace(/\{(\w+)\}/g, (all, name) => values[name]);
  const paid = COUNTS.filter((name) => on.pays[name]), known = paid.filter((name) => counts[name] !== null);
  const term = (name) => {
    const values = { count: page.number(counts[name]), each: page.number(on.pays[name]), step: page.number(on.step) };
    if (name !== "views" || on.step === 1n) return say(name, values);
    return say("steps", { ...values, times: page.number(counts[name] / on.step) });
  };
  if (!paid.length) said.push(say("free", { platform: on.id }));
  if (known.length) {
    const capped = post.points > post.counted ? say("capped", { cap: page.number(on.cap) }) : "";
    const sum = known.map(term).join(" + ");
    said.push(say("sum", { platform: on.id, sum, points: page.number(post.points), capped }));
  }
  if (post.lacking.length) {
    said.push(say("open", { platform: on.id, names: post.lacking.map((name) => say(`name_${name}`, {})).join(", ") }));
  }
  return post.unverified ? [...said, say("unverified", { platform: on.id })] : said;
}
