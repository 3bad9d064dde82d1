// The page's own code in Node: node tus_client.mjs ENDPOINT COOKIE FILE METADATA CHUNK [ABORTS]
// -> JSON on stdout. ABORTS: how often the client itself breaks off and goes on, at random.
import { createReadStream, statSync } from "node:fs";
import { open } from "node:fs/promises";
import * as tus from "tus-js-client";

// What a browser has and Node has not.
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
globalThis.navigator ??= { onLine: true };
globalThis.addEventListener = () => {};
globalThis.removeEventListener = () => {};
const { Sending } = await import("../../contest/assets/js/_sending.js");

const [endpoint, cookie, path, metadata, chunkSize, aborts = "0"] = process.argv.slice(2);
const handle = await open(path);
const file = createReadStream(path);
Object.assign(file, { size: statSync(path).size, slice: (from, to) => ({ arrayBuffer: () => read(from, to) }) });

async function read(from, to) {
  const { buffer } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer;
}

let retries = 0;
let created = 0;
const sending = new Sending(tus, file, {
  endpoint,
  url: null,
  headers: { Cookie: cookie },
  metadata: JSON.parse(metadata),
  uploadSize: file.size,
  chunkSize: Number(chunkSize),
  retryDelays: Array(2000).fill(200),
  onAfterResponse: (asked, answer) => (created += asked.getMethod() === "POST" && answer.getStatus() === 201),
}, {
  progress: () => {},
  state: (state) => (retries += state === "waiting"),
  failed: (error) => {
    console.error(error.message);
    process.exit(1);
  },
  done: () => {
    console.log(JSON.stringify({ retries, created, part: sending.upload.options.chunkSize }));
    process.exit(0);
  },
});
sending.start();

for (let left = Number(aborts); left > 0; left--) {
  await new Promise((later) => setTimeout(later, 200 + Math.random() * 1500));
  await sending.pause();
  sending.start();
}
