// Values kept on this device. Where the browser stores nothing, the open page still has them.
export function read(place) {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null;
  }
}

// False where there is no room, or no storage at all.
export function write(place, value) {
  try {
    localStorage.setItem(place, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function forget(place) {
  try {
    localStorage.removeItem(place);
  } catch {
    // nothing was kept either
  }
}

export const PAGES = "hoithi-jury:"; // the beginning of a cache's name
// What is forgotten once somebody has signed out: marks, numbers, forms, and uploads to go on with.
const OF_A_PERSON = ["hoithi-ballot:", "hoithi-counts:", "hoithi-entry:", "hoithi-text:", "tus::"];

// What the server tells our script once, by a cookie: "forget" after signing out, "saved" after a form was
// stored. True where it did; the cookie is taken away. At an https address it has another name.
export function told(word) {
  const name = [`hoithi_${word}`, `__Host-${word}`].find((one) => document.cookie.split("; ").includes(`${one}=1`));
  if (!name) return false;
  const secure = name.startsWith("__Host-") ? "; Secure" : "";
  document.cookie = `${name}=; Max-Age=0; Path=/; SameSite=Lax${secure}`;
  return true;
}

// The server's answer to signing out asks for it: nothing goes before the server has agreed.
export function forgetWhereSignedOut() {
  if (!told("forget")) return;
  try {
    for (const place of Object.keys(localStorage)) {
      if (OF_A_PERSON.some((start) => place.startsWith(start))) forget(place);
    }
  } catch {
    // no storage: nothing was kept
  }
  forgetPages().catch(() => null);
}

// A juror's pages, kept for a time without a line.
async function forgetPages() {
  if (!globalThis.caches) return;
  for (const name of await caches.keys()) if (name.startsWith(PAGES)) await caches.delete(name);
}
