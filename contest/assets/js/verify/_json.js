// JSON as scoring/nodes.py reads it: whole numbers stay exact, a key that stands twice is a fault, and
// written out it is what scoring/evidence.py writes, so that lines can be compared.
import { byText } from "./_exact.js";

export class Fault extends Error {
  constructor(path, vi, en) {
    super(en);
    Object.assign(this, { path, vi, en });
  }
}

/** A number with a decimal point or an exponent, as written. */
export class Decimal {
  constructor(text) { this.text = text; }
}

const BLANK = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS = [["true", true], ["false", false], ["null", null]];

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  next() {
    this.take(BLANK);
    return this.text[this.at];
  }

  wants(letter) {
    if (this.next() !== letter) this.refuse();
    this.at += 1;
  }

  refuse() {
    const before = this.text.slice(0, this.at).split("\n");
    const line = before.length, column = Array.from(before[line - 1]).length + 1;
    throw new Fault("$", `JSON sai cú pháp ở dòng ${line}, cột ${column}.`,
      `The JSON is broken at line ${line}, column ${column}.`);
  }

  value() {
    const letter = this.next();
    if (letter === "{") return this.object();
    if (letter === "[") return this.list();
    if (letter === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const found = this.take(NUMBER);
    if (!found) this.refuse();
    return found[1] || found[2] ? new Decimal(found[0]) : BigInt(found[0]);
  }

  string() {
    const found = this.next() === '"' && this.take(TEXT);
    if (!found) this.refuse();
    return JSON.parse(found[0]);
  }

  list() {
    const values = [];
    this.at += 1;
    if (this.next() === "]") this.at += 1;
    else {
      do values.push(this.value());
      while (this.next() === "," && (this.at += 1));
      this.wants("]");
    }
    return values;
  }

  object() {
    const value = new Map();
    this.at += 1;
    if (this.next() === "}") this.at += 1;
    else {
      do {
        const key = this.string();
        if (value.has(key)) value.repeated = key;
        this.wants(":");
        value.set(key, this.value());
      } while (this.next() === "," && (this.at += 1));
      this.wants("}");
    }
    return value;
  }
}

/** The value of a JSON text's bytes: Map, Array, string, BigInt, Decimal, true, false or null. */
export function parse(bytes) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Fault("$", "Tệp phải là văn bản UTF-8.", "The text must be UTF-8.");
  }
  const reader = new Reader(text);
  try {
    const value = reader.value();
    if (reader.next() !== undefined) reader.refuse();
    return value;
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
    throw new Fault("$", "JSON lồng quá sâu.", "The JSON is nested too deeply.");
  }
}

/** Canonical JSON: sorted keys, one value to a line. */
export function text(value, indent = "\n") {
  const inner = `${indent} `;
  if (Array.isArray(value)) {
    return value.length ? `[${value.map((item) => inner + text(item, inner)).join(",")}${indent}]` : "[]";
  }
  if (value instanceof Decimal) return value.text;
  if (value === null || typeof value !== "object") {
    return typeof value === "string" ? JSON.stringify(value) : `${value}`;
  }
  const pairs = value instanceof Map ? [...value] : Object.entries(value);
  if (!pairs.length) return "{}";
  pairs.sort(([a], [b]) => byText(a, b));
  return `{${pairs.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${text(item, inner)}`).join(",")}${indent}}`;
}
