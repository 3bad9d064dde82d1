// The real client: node tus_client.mjs ENDPOINT COOKIE FILE METADATA CHUNK -> JSON on stdout.
// Retries as the browser's code does, only faster.
import { createReadStream, statSync } from "node:fs";
import { Upload } from "tus-js-client";
import { worthRetrying } from "../../contest/assets/js/_sending.js";

const [endpoint, cookie, file, metadata, chunkSize] = process.argv.slice(2);
let retries = 0;

const upload = new Upload(createReadStream(file), {
  endpoint,
  headers: { Cookie: cookie },
  metadata: JSON.parse(metadata),
  uploadSize: statSync(file).size,
  chunkSize: Number(chunkSize),
  retryDelays: Array(200).fill(200),
  onShouldRetry: (error) => (retries += 1) && worthRetrying(error),
  onError: (error) => {
    console.error(error.message);
    process.exit(1);
  },
  onSuccess: () => console.log(JSON.stringify({ url: upload.url, retries })),
});
upload.start();
