// Exact arithmetic: fractions of whole numbers, as scoring/numbers.py writes them.
const size = (n) => (n < 0n ? -n : n);

function divisor(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

export class Fraction {
  constructor(over, under = 1n) {
    const common = divisor(size(over), under) || 1n;
    this.over = over / common;
    this.under = under / common; // above zero
  }

  plus(other) { return new Fraction(this.over * other.under + other.over * this.under, this.under * other.under); }
  minus(other) { return this.plus(new Fraction(-other.over, other.under)); }
  times(other) { return new Fraction(this.over * other.over, this.under * other.under); }
  by(other) {
    const sign = other.over < 0n ? -1n : 1n;
    return new Fraction(sign * this.over * other.under, sign * this.under * other.over);
  }
  size() { return new Fraction(size(this.over), this.under); }
  compare(other) {
    const gap = this.over * other.under - other.over * this.under;
    return gap < 0n ? -1 : gap > 0n ? 1 : 0;
  }
  get zero() { return this.over === 0n; }
  toString() { return this.under === 1n ? `${this.over}` : `${this.over}/${this.under}`; }
}

export const whole = (number) => new Fraction(BigInt(number));
export const NOTHING = whole(0);
export const HUNDRED = whole(100);

export const sum = (values) => values.reduce((total, value) => total.plus(value), NOTHING);
export const average = (values) => (values.length ? sum(values).by(whole(values.length)) : NOTHING);

/** "1/3", "37.5" or "40". */
export function fraction(text) {
  const [over, under] = text.split("/");
  if (under !== undefined) return new Fraction(BigInt(over), BigInt(under));
  const [before, decimals = ""] = over.split(".");
  return new Fraction(BigInt(before + decimals), 10n ** BigInt(decimals.length));
}

/** Rounded once, half up. */
export function rounded(value, places = 2) {
  const scale = 10n ** BigInt(places);
  const twice = 2n * value.over * scale + value.under;
  let units = twice / (2n * value.under);
  if (twice < 0n && twice % (2n * value.under)) units -= 1n; // down, not towards zero
  const sign = units < 0n ? "-" : "";
  units = size(units);
  const decimals = `${units % scale}`.padStart(places, "0");
  return places ? `${sign}${units / scale}.${decimals}` : `${sign}${units}`;
}

export const both = (value) => ({ exact: `${value}`, rounded: rounded(value) });

/** "1234.50" as people write it: 1.234,50 or 1,234.50. */
export function written(number, language) {
  const [before, decimals] = number.split(".");
  const grouped = `${BigInt(before)}`.replace(/\B(?=(\d{3})+(?!\d))/g, language === "en" ? "," : ".");
  return decimals ? grouped + (language === "en" ? "." : ",") + decimals : grouped;
}

export const shown = (value, language) => written(rounded(value), language);

/** The whole decimal where it ends within four places, else null. */
export function finite(value) {
  if (10_000n % value.under) return null;
  return rounded(value, 4).replace(/0+$/, "").replace(/\.$/, "");
}

/** The order of texts by their code points, in which Python sorts them. */
export function byText(a, b) {
  const left = Array.from(a), right = Array.from(b);
  for (let place = 0; place < left.length && place < right.length; place++) {
    const gap = left[place].codePointAt(0) - right[place].codePointAt(0);
    if (gap) return gap;
  }
  return left.length - right.length;
}
