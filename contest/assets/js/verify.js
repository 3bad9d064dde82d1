// "Kiểm tra kết quả": recomputes a published result from its signed bundle in the visitor's own browser, with the
// second implementation of the arithmetic (verify/), and shows every step.
import { Fault } from "./verify/_json.js";
import { element, marksTable } from "./verify/_page.js";
import { fill, language } from "./_words.js";
import { written } from "./verify/_exact.js";

const card = document.querySelector("[data-verify]");
const { program, key, words } = JSON.parse(card.dataset.verify);
const part = (name) => card.querySelector(`[data-${name}]`);
const say = (name, values = {}) => fill(words[name], values);
const spoken = () => (language() === "en" ? "en" : "vi");
const points = (number) => written(number, spoken());

function tell(kind, text) {
  part("said").replaceChildren(element("p", { class: `notice notice--${kind}` }, text));
}

async function download(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(say("unreachable"));
  return new Uint8Array(await answer.arrayBuffer());
}

async function look(read, name) {
  part("result").hidden = true;
  tell("info", say("working"));
  await new Promise((done) => { setTimeout(done); }); // so that the sentence is seen first
  try {
    const { examine } = await import("./verify/_checks.js"); // large, and wanted by few who look at the page
    show(await examine(await read(), { key, program }), name);
  } catch (fault) {
    tell("bad", fault instanceof Fault ? fault[spoken()] : fault.message || say("unreachable"));
  }
}

function show(found, name) {
  const failed = found.checks.filter((one) => one.holds === false);
  const open = found.checks.filter((one) => one.holds === null);
  const count = found.again?.ranking.length ?? 0;
  if (failed.length) tell("bad", say("fails", { name, count: failed.length }));
  else tell("ok", say("holds", { name, count }));
  part("result").replaceChildren(
    ...listed("failed", failed), ...differing(found), ...listed("open", open), ...steps(found), all(found.checks),
  );
  part("result").hidden = false;
}

function listed(title, checks) {
  if (!checks.length) return [];
  return [element("h3", {}, say(title)), element("ul", {}, ...checks.map((one) => element("li", {}, one[spoken()])))];
}

const MOST_SHOWN = 50;

function differing({ differences = [], line }) {
  if (!differences.length) return [];
  const rows = differences.slice(0, MOST_SHOWN).map(({ place, unit, field, said, again }) => element("li", {},
    say("differs", { place: place + 1, unit, field, said: said ?? "–", again: again ?? "–" })));
  const where = line ? [element("p", {}, say("line", { line }))] : [];
  return [element("h3", {}, say("differing")), ...where, element("ul", {}, ...rows)];
}

function steps(found) {
  if (!found.again) return [];
  const wrong = new Set((found.differences ?? []).map((one) => one.place));
  const lines = found.again.ranking.map((line, place) =>
    step(line, found.ranked[place], { contest: found.contest, agrees: !wrong.has(place) }));
  return [element("h3", {}, say("steps")), element("p", { class: "soft" }, say("how")), ...lines];
}

function step(line, ranked, { contest, agrees }) {
  const mark = element("span", { class: `tag tag--${agrees ? "ok" : "bad"}` }, say(agrees ? "agrees" : "not"));
  const title = say("rank", { rank: line.rank, unit: line.unit, total: points(line.total.rounded) });
  const clips = ranked.clips.map((clip) => marksTable(clip, contest, { say, points, language: spoken() }));
  const sentences = line.explanation[spoken()].split("\n").map((one) => element("li", {}, one));
  return element("details", { class: "step" }, element("summary", {}, `${title} `, mark), ...clips,
    element("ol", {}, ...sentences));
}

function all(checks) {
  const rows = checks.map((one) => element("li", {}, one[spoken()]));
  return element("details", { class: "step" }, element("summary", {}, say("all", { count: checks.length })),
    element("ul", { class: "small" }, ...rows));
}

function start() {
  part("tools").hidden = false;
  for (const button of card.querySelectorAll("[data-bundle]")) {
    button.addEventListener("click", () => look(() => download(button.dataset.bundle), button.dataset.name));
  }
  const own = async (file) => file && look(async () => new Uint8Array(await file.arrayBuffer()), file.name);
  part("file").addEventListener("change", (event) => own(event.target.files[0]));
  card.addEventListener("dragover", (event) => event.preventDefault());
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    own(event.dataTransfer.files[0]);
  });
}

// A browser without whole numbers of any length cannot add exactly: it is told so, and how else to check.
if (typeof BigInt === "function") start();
else part("old").hidden = false;
