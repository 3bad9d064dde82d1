// The files of a bundle as the input of `compute` (scoring/evidence.py).
import { Fault, parse } from "./_json.js";
import { Node } from "./_node.js";
import { COUNTS } from "./_posts.js";

const FACTS = ["taken_at", "source", "source_sha256", "late_reason"];
const COUNTED = ["entry", "reactions", "shares", ...FACTS];
const FILES = ["rules.json", "ballots.json", "snapshots.json", "ledger.json", "disqualifications.json", "decisions.json"];

export const POSTS = "posts.json";

/** A file of the bundle, parsed, with its name for a path. */
export function file(files, name) {
  if (!files.has(name)) throw new Fault(name, "Gói thiếu tệp này.", "The bundle lacks this file.");
  return new Node(parse(files.get(name)), name);
}

export function join(files) {
  const [rules, ballots, snapshots, ledger, out, decisions] = FILES.map((name) => file(files, name));
  const { jurors, entries } = ballots.fields(["jurors", "entries"], ["jurors", "entries"]);
  const counts = countsOf(snapshots, ledger);
  const reasons = reasonsOf(out);
  const posts = rules.mapping().has("platforms") ? postsOf(file(files, POSTS)) : null;
  const joined = entries.items().map((node) => entryOf(node, counts, reasons, posts));
  const own = posts?.size ? [[file(files, POSTS), posts]] : [];
  for (const [node, left] of [...own, [snapshots, counts], [out, reasons]]) {
    for (const entry of left.keys()) node.refuse(`Không có clip “${entry}” trong phiếu.`, `There is no clip "${entry}".`);
  }
  return new Map([["rules", rules.value], ["jurors", jurors.value], ["entries", joined], ["chair_decisions", decisions.value]]);
}

function countsOf(snapshots, ledger) {
  const rows = ledger.mapping(), counts = new Map();
  for (const node of snapshots.items()) {
    const f = node.fields([...COUNTED, "shares_from"], COUNTED);
    f.shares_from?.fields(FACTS, FACTS);
    const entry = f.entry.text();
    if (counts.has(entry)) node.refuse(`Clip “${entry}” có hai lần đếm.`, `Clip "${entry}" is counted twice.`);
    const found = new Map([["reactions", f.reactions.value], ["shares", f.shares.value], ["share_ledger", null]]);
    if (rows.has(entry)) for (const [key, value] of rowsOf(new Node(rows.get(entry), `ledger.json.${entry}`))) found.set(key, value);
    counts.set(entry, found);
  }
  for (const entry of rows.keys()) {
    if (!counts.has(entry)) ledger.refuse("Không có lần đếm của clip này.", "This clip has no count.", entry);
  }
  return counts;
}

/** A clip's ledger, from either form. */
function rowsOf(node) {
  const accounts = node.mapping();
  if (accounts.size === 2 && accounts.has("state") && accounts.has("rows")) {
    return [["share_ledger", accounts.get("rows")], ["ledger_state", accounts.get("state")]];
  }
  return [["share_ledger", [...accounts].map(([account, count]) => new Map([["account", account], ["count", count]]))]];
}

function reasonsOf(node) {
  const rows = node.items().map((item) => item.fields(["entry", "reason"], ["entry", "reason"]));
  return new Map(rows.map((row) => [row.entry.text(), row.reason.value]));
}

/** By clip its posts on other platforms. */
function postsOf(node) {
  const known = ["entry", "platform", ...COUNTS, ...FACTS], found = new Map();
  for (const item of node.items()) {
    const f = item.fields(known, known), entry = f.entry.text();
    const post = new Map(["platform", ...COUNTS].map((name) => [name, f[name].value]));
    found.set(entry, [...(found.get(entry) ?? []), post]);
  }
  return found;
}

function entryOf(node, counts, reasons, posts) {
  const more = ["category", "jurors", "carried"], f = node.fields(["id", "unit", "marks", ...more], ["id", "unit", "marks"]);
  const name = f.id.text();
  const entry = new Map([
    ...more.filter((key) => f[key]).map((key) => [key, f[key].value]),
    ...(posts ? [["posts", posts.get(name) ?? []]] : []),
    ["id", name], ["unit", f.unit.value], ["marks", f.marks.value], ["interactions", counts.get(name) ?? null],
    ["disqualified", reasons.has(name)], ["reason", reasons.get(name) ?? null],
  ]);
  counts.delete(name);
  posts?.delete(name);
  reasons.delete(name);
  return entry;
}
