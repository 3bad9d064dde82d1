// Where the bundle's ranking says something else than the recomputed one: which line, which field.
import { text } from "./_json.js";

/** [{place, unit, field, said, again}], places counted from 0; null: there is nothing. */
export function differences(stated, again, words) {
  const found = [];
  for (let place = 0; place < Math.max(stated.length, again.length); place++) {
    const said = flat(stated[place]), own = flat(again[place]);
    const unit = again[place]?.unit ?? said.get("unit") ?? "";
    for (const field of new Set([...said.keys(), ...own.keys()])) {
      if (said.get(field) === own.get(field) || (!words && field.startsWith("explanation"))) continue;
      found.push({ place, unit, field, said: said.get(field) ?? null, again: own.get(field) ?? null });
    }
  }
  return found;
}

/** Every value by its path, written out: "total.rounded" -> "78.20". */
function flat(value, path = "", found = new Map()) {
  const pairs = value instanceof Map ? [...value] : Object.entries(value ?? {});
  for (const [key, item] of pairs) {
    const own = path ? `${path}.${key}` : key;
    if (item !== null && typeof item === "object" && !Array.isArray(item) && !("text" in item)) flat(item, own, found);
    else found.set(own, typeof item === "string" ? item : text(item, ""));
  }
  return found;
}

/** The number of the first line of ranking.json that is not as recomputed. */
export function firstLine(content, again) {
  const said = new TextDecoder().decode(content).split("\n"), own = text(again).split("\n");
  return said.findIndex((line, place) => line !== own[place]) + 1 || null;
}
