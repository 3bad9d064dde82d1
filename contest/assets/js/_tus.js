// The client of the upload protocol, fetched when a file is sent. A file of its own, so that it takes what every page
// has loaded (scripts/build_assets.mjs).
export { Upload } from "tus-js-client";
