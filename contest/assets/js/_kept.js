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

// What is forgotten once somebody has signed out: marks, numbers, and uploads to go on with.
const OF_A_PERSON = ["hoithi-ballot:", "hoithi-counts:", "tus::"];
export const PAGES = "hoithi-jury:"; // the beginning of a cache's name
const SIGNED_OUT = ["hoithi_forget", "__Host-forget"]; // the second at an https address

// The server's answer to signing out asks for it: nothing goes before the server has agreed.
export function forgetWhereSignedOut() {
  const said = SIGNED_OUT.find((name) => document.cookie.split("; ").includes(`${name}=1`));
  if (!said) return;
  try {
    for (const place of Object.keys(localStorage)) {
      if (OF_A_PERSON.some((start) => place.startsWith(start))) forget(place);
    }
  } catch {
    return; // no storage: nothing was kept
  }
  forgetPages().catch(() => null);
  const secure = said.startsWith("__Host-") ? "; Secure" : "";
  document.cookie = `${said}=; Max-Age=0; Path=/; SameSite=Lax${secure}`;
}

// A juror's pages, kept for a time without a line.
async function forgetPages() {
  if (!globalThis.caches) return;
  for (const name of await caches.keys()) if (name.startsWith(PAGES)) await caches.delete(name);
}
