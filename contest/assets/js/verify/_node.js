// A value and its path: each method returns a checked value or says what is wrong (scoring/nodes.py).
import { fraction } from "./_exact.js";
import { Decimal, Fault, text } from "./_json.js";

const LARGEST = 10n ** 12n;
const LONGEST_TEXT = 2000;
const SHOWN = 40;
const RATIO = /^(?:\d{1,12}(?:\.\d{1,12})?|\d{1,12}\/0*[1-9]\d{0,11})$/;
const PLAIN_KEY = /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u;

export function step(path, key) {
  if (typeof key === "number") return `${path}[${key}]`;
  return PLAIN_KEY.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function short(value) {
  const found = Array.from(text(value, " ").replace(/([[{]) +/g, "$1").replace(/ +([\]}])/g, "$1").replace(/, +/g, ", "));
  return found.length <= SHOWN ? found.join("") : `${found.slice(0, SHOWN - 1).join("")}…`;
}

/** A decimal as written, in the form that the ratio's rule looks at; others are no use. */
function decimal(value) {
  const number = Number(value.text);
  return number && Math.abs(number) < 1e-4 ? "" : String(number);
}

export class Node {
  constructor(value, path = "$") {
    this.value = value;
    this.path = path;
  }

  refuse(vi, en, at) {
    throw new Fault(at === undefined ? this.path : step(this.path, at), vi, en);
  }

  mapping() {
    if (!(this.value instanceof Map)) this.refuse("Chỗ này phải là một đối tượng {…}.", "This must be an object {…}.");
    if (this.value.repeated !== undefined) this.refuse("Khoá này có hai lần.", "This key stands twice.", this.value.repeated);
    return this.value;
  }

  /** The fields of an object by name; an unknown one is refused. */
  fields(known, required = []) {
    const value = this.mapping(), found = {};
    for (const key of value.keys()) {
      if (!known.includes(key)) this.refuse(`Không có mục “${key}”.`, `There is no field "${key}".`, key);
    }
    for (const key of required) if (!value.has(key)) this.refuse(`Thiếu “${key}”.`, `"${key}" is missing.`, key);
    for (const [key, item] of value) found[key] = new Node(item, step(this.path, key));
    return found;
  }

  items() {
    if (!Array.isArray(this.value)) this.refuse("Chỗ này phải là một danh sách […].", "This must be a list […].");
    return this.value.map((item, index) => new Node(item, step(this.path, index)));
  }

  text() {
    if (typeof this.value !== "string" || !this.value.trim()) {
      this.refuse("Chỗ này phải là chữ, không để trống.", "This must be text, not empty.");
    }
    if (Array.from(this.value).length > LONGEST_TEXT) {
      this.refuse(`Dài quá ${LONGEST_TEXT} ký tự.`, `Longer than ${LONGEST_TEXT} characters.`);
    }
    return this.value;
  }

  flag() {
    if (typeof this.value !== "boolean") this.refuse("Chỗ này phải là true hoặc false.", "This must be true or false.");
    return this.value;
  }

  integer(low = 0n, high = LARGEST) {
    if (typeof this.value !== "bigint" || this.value < low || this.value > high) {
      this.refuse(`Ở đây là ${short(this.value)}; phải là số nguyên từ ${low} đến ${high}.`,
        `Found ${short(this.value)}; it must be a whole number from ${low} to ${high}.`);
    }
    return this.value;
  }

  /** A number not below zero: whole, decimal, or text "1/3". */
  ratio() {
    let value = this.value;
    if (typeof value === "bigint") value = `${value}`;
    else if (value instanceof Decimal) value = decimal(value);
    if (typeof value !== "string" || !RATIO.test(value)) {
      this.refuse(`Ở đây là ${short(this.value)}; phải là một số không âm.`,
        `Found ${short(this.value)}; it must be a number that is not negative.`);
    }
    return fraction(value);
  }

  choice(...allowed) {
    if (!allowed.includes(this.value)) {
      this.refuse(`Ở đây là ${short(this.value)}; phải là một trong: ${allowed.join(", ")}.`,
        `Found ${short(this.value)}; it must be one of: ${allowed.join(", ")}.`);
    }
    return this.value;
  }
}

/** Refuses the second of two equal names. */
export function distinct(nodes, values) {
  const seen = new Set();
  values.forEach((value, place) => {
    if (seen.has(value)) nodes[place].refuse(`“${value}” có hai lần.`, `"${value}" stands twice.`);
    seen.add(value);
  });
}
