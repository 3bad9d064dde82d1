// The page's `_measures.js`: node measures_cases.mjs < a JSON list of [language, name, ...arguments]
// -> a JSON list of what it writes.
import { readFileSync } from "node:fs";

globalThis.document = { documentElement: { lang: "vi" } };
const measures = await import("../../contest/assets/js/_measures.js");
const asked = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(asked.map(([lang, name, ...values]) => {
  document.documentElement.lang = lang;
  return measures[name](...values);
})));
