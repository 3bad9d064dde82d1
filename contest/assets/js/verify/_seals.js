// Hashes and signatures, where this browser can: null says that it cannot.
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function unhex(text) {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

/** SHA-256 as hex digits; null on a page without https, where browsers offer none. */
export async function sha256(bytes) {
  const subtle = globalThis.crypto?.subtle;
  return subtle ? hex(new Uint8Array(await subtle.digest("SHA-256", bytes))) : null;
}

/** Whether the Ed25519 signature is genuine; null where this browser does not know Ed25519. */
export async function holds(key, signature, message) {
  if (key?.length !== 32 || signature?.length !== 64) return false;
  let known;
  try {
    known = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return null;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, known, signature, message);
}

/** In groups of four, as printed on pages and papers. */
export const fingerprint = (digest) => digest.match(/.{4}/g).join(" ");
export const plain = (text) => text.replace(/[\s:]/g, "").toLowerCase();
