// Elements of the page, and a clip's marks as a table.
import { HUNDRED, finite, rounded, written } from "./_exact.js";

export function element(name, attributes, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

/** Each juror's marks by criterion, their weighted sum out of what is possible, and the same in percent. */
export function marksTable({ entry, jury }, { rules }, { say, points, language }) {
  const number = (value) => written(finite(value) ?? rounded(value), language);
  const counted = new Map([...jury.counted, ...jury.trimmed]);
  const left = new Set(jury.trimmed.map(([juror]) => juror));
  const head = [say("juror"), ...rules.criteria.map((one) => one.id), say("sum"), say("percent")];
  const rows = [...entry.marks.keys()].map((juror) => {
    const ballot = entry.marks.get(juror), given = counted.get(juror);
    const marks = rules.criteria.map((one) => (ballot instanceof Map ? `${ballot.get(one.id) ?? "–"}` : ""));
    const sum = given ? [`${number(given)} / ${number(jury.possible)}`, number(HUNDRED.times(given).by(jury.possible))]
      : [say(typeof ballot === "string" ? ballot : "incomplete"), "–"];
    return [left.has(juror) ? `${juror} (${say("trimmed")})` : juror, ...marks, ...sum];
  });
  const mean = jury.mean ? points(rounded(HUNDRED.times(jury.mean))) : "–";
  const caption = say("marks", { clip: entry.id, mean });
  return element("section", { class: "table-wrap", tabindex: "0", "aria-label": caption },
    element("table", {}, element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...head.map((title) => element("th", { scope: "col" }, title)))),
      element("tbody", {}, ...rows.map(([first, ...rest]) => element("tr", {},
        element("th", { scope: "row" }, first), ...rest.map((value) => element("td", { class: "number" }, value)))))));
}
