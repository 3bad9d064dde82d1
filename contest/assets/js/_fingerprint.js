// Recognises a file that a person picks again after a reload: SHA-256 of its size and of samples
// from its first byte to its last. The server computes the same of what it has received.
const SAMPLE = 256 << 10;
const SAMPLES = 16;

export async function fingerprint(file) {
  if (!globalThis.crypto?.subtle) return ""; // plain HTTP: the size and the name have to do
  const parts = [new TextEncoder().encode(`${file.size}\n`)];
  for (let n = 0; n < SAMPLES; n++) {
    const from = Math.floor((Math.max(0, file.size - SAMPLE) * n) / (SAMPLES - 1));
    parts.push(new Uint8Array(await file.slice(from, from + SAMPLE).arrayBuffer()));
  }
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
