// Is every file as the manifest says, and the manifest as signed? (scoring/verification.py, manifest.py)
import { Fault, parse } from "./_json.js";
import { Node } from "./_node.js";
import { fingerprint, holds, plain, sha256, unhex } from "./_seals.js";

export const MANIFEST = "MANIFEST.sha256", SIGNATURE = "signature.json", ERASED = "erased.json";
const ERASABLE = ["about.json", "decisions.json", "disqualifications.json", "names.json", "profile.json", "profile.toml",
  "ranking.json", "snapshots.json"];
const ERASURE = "hoithi-erasure/1";

export const check = (what, verdict, vi, en) => ({ what, holds: verdict, vi, en });
export const unreadable = (fault) =>
  check(fault.path, false, `Không đọc được ${fault.path}: ${fault.vi}`, `Cannot read ${fault.path}: ${fault.en}`);

/** The SHA-256 of each file that the manifest has to name; null where this browser computes none. */
export async function digests(files) {
  const found = new Map();
  for (const name of [...files.keys()].filter((one) => ![MANIFEST, SIGNATURE, ERASED].includes(one)).sort()) {
    const digest = await sha256(files.get(name));
    if (digest === null) return null;
    found.set(name, digest);
  }
  return found;
}

export function filesAgree(files, real, erased) {
  if (real === null) {
    return [check(MANIFEST, null,
      "Mã kiểm tra của các tệp chưa xét được: trình duyệt chỉ tính SHA-256 trên trang https. Điểm vẫn được tính lại.",
      "The files' hashes were not checked: browsers compute SHA-256 on https pages only. The points are recomputed all the same.")];
  }
  const text = new TextDecoder().decode(files.get(MANIFEST) ?? new Uint8Array());
  const listed = new Map(text.split("\n").filter(Boolean).map((line) => [line.slice(line.indexOf("  ") + 2), line.split("  ")[0]]));
  const names = [...new Set([...listed.keys(), ...real.keys()])].sort();
  const checks = names.map((name) => fileAgrees(name, listed.get(name), real.get(name), erased.get(name)));
  const exact = text === [...real.keys()].map((name) => `${listed.get(name)}  ${name}\n`).join("");
  if (!exact && checks.every((one) => one.holds)) {
    checks.push(check(MANIFEST, false, `${MANIFEST} bị thiếu hoặc bị sửa.`, `${MANIFEST} is missing or was changed.`));
  }
  return checks;
}

function fileAgrees(name, listed, real, erased) {
  if (real === undefined) return check(name, false, `${name}: gói thiếu tệp này.`, `${name}: missing.`);
  if (listed === undefined) return check(name, false, `${name}: không có trong ${MANIFEST}.`, `${name}: not in ${MANIFEST}.`);
  if (listed === real) return check(name, true, `${name}: SHA-256 khớp.`, `${name}: SHA-256 matches.`);
  if (erased?.sha256 === real) {
    const at = erased.at.slice(0, 10);
    return check(name, true,
      `${name}: đã xoá ngày ${at} (căn cứ ${erased.ground}); nội dung thay thế đúng như đã ký, từ đó chỉ còn chữ ký bảo đảm cho nó.`,
      `${name}: erased on ${at} (ground ${erased.ground}); what stands in for it is as signed, and nothing but the signature vouches for it since.`);
  }
  return check(name, false, `${name}: SHA-256 không khớp, tệp đã bị sửa.`, `${name}: SHA-256 differs, the file was changed.`);
}

const UNCHECKED_VI = "trình duyệt này không kiểm tra được chữ ký Ed25519";
const UNCHECKED_EN = "this browser cannot check Ed25519 signatures";

/** The signature over the manifest; `key`: the fingerprint that the key must have, or "". */
export async function signed(files, key) {
  if (!files.has(SIGNATURE)) {
    return check(SIGNATURE, key ? false : null, "Gói không có chữ ký.", "The bundle is not signed.");
  }
  const { publicKey, signature, stated } = readSignature(files.get(SIGNATURE));
  const digest = await sha256(publicKey);
  const print = digest === null ? stated.value : fingerprint(digest);
  stated.choice(print);
  if (key && plain(key) !== plain(print)) {
    return check(SIGNATURE, false, `Chữ ký do một khoá khác tạo ra, vân tay ${print}.`, `Signed with another key, fingerprint ${print}.`);
  }
  const genuine = await holds(publicKey, signature, files.get(MANIFEST) ?? new Uint8Array());
  if (genuine === null) {
    return check(SIGNATURE, null, `Chữ ký chưa được kiểm tra: ${UNCHECKED_VI} (vân tay khoá ${print}).`,
      `Signature unchecked: ${UNCHECKED_EN} (key fingerprint ${print}).`);
  }
  return genuine
    ? check(SIGNATURE, true, `Chữ ký Ed25519 đúng; vân tay khoá ${print}. Hãy so với vân tay trên biên bản.`,
      `The Ed25519 signature holds; key fingerprint ${print}. Compare it with the printed one.`)
    : check(SIGNATURE, false, `Chữ ký Ed25519 sai (vân tay khoá ${print}).`,
      `The Ed25519 signature does not hold (key fingerprint ${print}).`);
}

function readSignature(content) {
  const names = ["algorithm", "signs", "public_key", "fingerprint", "signature"];
  const f = new Node(parse(content), SIGNATURE).fields(names, names);
  f.algorithm.choice("Ed25519");
  f.signs.choice(MANIFEST);
  const bytes = (node) => unhex(node.text()) ?? node.refuse("Phải là số hex.", "This must be hex digits.");
  return { publicKey: bytes(f.public_key), signature: bytes(f.signature), stated: f.fingerprint };
}

/** What stands in for erased texts, by file, and whether the bundle's signer vouches for it. */
export async function erasures(files) {
  if (!files.has(ERASED)) return { found: new Map(), said: [] };
  try {
    const { found, key, signature } = readErasures(files.get(ERASED));
    const genuine = found.size ? await vouched(files, found, key, signature) : true;
    return { found: genuine === false ? new Map() : found, said: [check(ERASED, genuine, ...VOUCHED.get(genuine))] };
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { found: new Map(), said: [unreadable(fault)] };
  }
}

const VOUCHED = new Map([
  [true, ["Một số nội dung đã được xoá theo luật; nội dung thay thế do chính khoá của gói ký.",
    "Texts were erased as the law demands; what stands in for them is signed with the bundle's own key."]],
  [false, ["Danh sách nội dung đã xoá không do khoá của gói ký.", "The list of erased texts is not signed with the bundle's key."]],
  [null, ["Một số nội dung đã được xoá; chữ ký của danh sách chưa kiểm tra được trên máy này.",
    "Texts were erased; the list's signature cannot be checked on this machine."]],
]);

function readErasures(content) {
  const names = ["format", "erased", "public_key", "signature"], columns = ["file", "sha256", "at", "ground"];
  const f = new Node(parse(content), ERASED).fields(names, names), found = new Map();
  f.format.choice(ERASURE);
  for (const item of f.erased.items()) {
    const one = item.fields(columns, columns);
    one.file.choice(...ERASABLE);
    found.set(one.file.text(), { sha256: one.sha256.text(), at: one.at.text(), ground: one.ground.text() });
  }
  return { found, key: f.public_key.value, signature: f.signature.value };
}

async function vouched(files, found, key, signature) {
  const signer = files.has(SIGNATURE) ? parse(files.get(SIGNATURE)) : null;
  if (typeof key !== "string" || typeof signature !== "string" || !(signer instanceof Map)) return false;
  if (signer.get("public_key") !== key) return false;
  const digest = await sha256(files.get(MANIFEST) ?? new Uint8Array());
  if (digest === null) return null;
  const rows = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, one.sha256, one.at, one.ground]);
  const message = spaced([ERASURE, digest, rows]);
  return holds(unhex(key), unhex(signature), new TextEncoder().encode(message));
}

/** As Python's json.dumps writes lists of texts: a space after each comma. */
const spaced = (value) => (Array.isArray(value) ? `[${value.map(spaced).join(", ")}]` : JSON.stringify(value));
