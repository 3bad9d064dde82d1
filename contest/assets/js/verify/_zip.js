// The one way in which a bundle's zip is written, and a reader that accepts nothing else (scoring/archive.py).
const LOCAL = 30, END = 22;
const NAME = /^(?:[a-z0-9_][a-z0-9_-]*\/){0,3}[a-zA-Z0-9_][a-zA-Z0-9_-]*\.[a-z0-9]{1,8}$/;
const LONGEST_NAME = 120, MOST_MEMBERS = 200;
const VERSION = 20, DATE = (1 << 5) | 1, MADE_BY = (3 << 8) | VERSION, MODE = 0o100644 * 65536;
const ascii = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

const TABLE = Uint32Array.from({ length: 256 }, (all, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** Numbers of two or four bytes, the lowest byte first: [[value, bytes], …]. */
function packed(mark, numbers) {
  const bytes = [...ascii(`PK${mark}`)];
  for (const [value, size] of numbers) {
    for (let byte = 0; byte < size; byte++) bytes.push(Math.floor(value / 256 ** byte) % 256);
  }
  return bytes;
}

const two = (...values) => values.map((value) => [value, 2]);
const four = (...values) => values.map((value) => [value, 4]);

function local(name, { crc, size }) {
  return [...packed("\x03\x04", [...two(VERSION, 0, 0, 0, DATE), ...four(crc, size, size), ...two(name.length, 0)]),
    ...ascii(name)];
}

function central(name, { crc, size }, offset) {
  const start = [...two(MADE_BY, VERSION, 0, 0, 0, DATE), ...four(crc, size, size)];
  return [...packed("\x01\x02", [...start, ...two(name.length, 0, 0, 0, 0), ...four(MODE, offset)]), ...ascii(name)];
}

const differs = (bytes, expected) => expected.findIndex((byte, place) => bytes[place] !== byte);
const starts = (bytes, at, mark) => differs(bytes.subarray(at), [...ascii(`PK${mark}`)]) < 0;

export const looksLikeZip = (bytes) =>
  starts(bytes, 0, "\x03\x04") || (bytes.length >= END && starts(bytes, bytes.length - END, "\x05\x06"));

/** The contents by name, and every place that differs from what the writer gives: [place, offset]. */
export function read(bytes) {
  const files = new Map(), facts = new Map(), damage = [];
  let offset = 0;
  while (starts(bytes, offset, "\x03\x04") && files.size < MOST_MEMBERS) {
    const found = member(bytes, offset);
    if (!found || files.has(found.name)) break;
    const content = bytes.subarray(found.start, found.end);
    const own = { crc: crc32(content), size: content.length };
    files.set(found.name, content);
    facts.set(found.name, own);
    if (differs(bytes.subarray(offset, found.start), local(found.name, own)) >= 0) damage.push([found.name, offset]);
    offset = found.end;
  }
  return { files, damage: [...damage, ...rest(bytes.subarray(offset), offset, facts)] };
}

function member(bytes, offset) {
  const from = offset + LOCAL;
  if (from > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, LOCAL);
  const size = view.getUint32(22, true), length = view.getUint16(26, true), extra = view.getUint16(28, true);
  const start = from + length, end = start + size;
  if (length > LONGEST_NAME || extra || end > bytes.length) return null;
  const name = String.fromCharCode(...bytes.subarray(from, start));
  return NAME.test(name) ? { name, start, end } : null;
}

/** What follows the last member must be the directory of exactly these members. */
function rest(found, offset, facts) {
  const directory = [];
  let at = 0;
  for (const name of [...facts.keys()].sort()) {
    directory.push(...central(name, facts.get(name), at));
    at += LOCAL + name.length + facts.get(name).size;
  }
  const counts = [...two(0, 0, facts.size, facts.size), ...four(directory.length, at), ...two(0)];
  const expected = [...directory, ...packed("\x05\x06", counts)];
  const place = differs(found, expected);
  if (place >= 0) return [["zip", offset + place]];
  return found.length > expected.length ? [["zip", offset + expected.length]] : [];
}
