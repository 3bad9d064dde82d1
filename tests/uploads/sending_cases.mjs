// The page's `_sending.js` and tus-js-client over a line made of answers: node sending_cases.mjs CASE
// -> JSON: the requests made, the states told, how it ended. Time passes when a case says so.
import * as tus from "tus-js-client";

let now = 1e12;
let watch = null;
Date.now = () => now;
globalThis.setInterval = (tick) => (watch = tick);
globalThis.clearInterval = () => (watch = null);
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
Object.defineProperty(globalThis, "navigator", { value: { onLine: true } });
globalThis.addEventListener = () => {};
globalThis.removeEventListener = () => {};
const { Sending } = await import("../../contest/assets/js/_sending.js");

const SIZE = 10;
const moment = () => new Promise((later) => setTimeout(later, 20));
const answer = (status, headers = {}) => ({
  getStatus: () => status,
  getHeader: (name) => headers[name],
  getBody: () => "",
  getUnderlyingObject: () => null,
});

// What becomes of each part, in turn: "hang", "abort" (how Safari reports a dropped line) or a status.
class Line {
  constructor(parts) {
    this.parts = parts;
    this.asked = [];
  }

  createRequest(method, url) {
    const line = this;
    return {
      getMethod: () => method,
      getURL: () => url,
      setHeader() {},
      getHeader: () => undefined,
      setProgressHandler() {},
      getUnderlyingObject: () => null,
      send: () => line.#answer(method),
      async abort() {
        line.asked.push("cut off");
      },
    };
  }

  getName = () => "Line";

  #answer(method) {
    this.asked.push(method);
    if (method === "POST") return Promise.resolve(answer(201, { Location: "http://localhost/uploads/1" }));
    if (method === "HEAD") return Promise.resolve(answer(200, { "Upload-Offset": "0", "Upload-Length": `${SIZE}` }));
    const part = this.parts.shift();
    if (part === "hang") return new Promise(() => {});
    if (part === "abort") return Promise.reject(new Error("abort"));
    const headers = { "Tus-Resumable": "1.0.0", "Upload-Offset": `${SIZE}` };
    return Promise.resolve(answer(part, headers));
  }
}

function send(parts) {
  const line = new Line(parts);
  const told = { asked: line.asked, states: [], end: null };
  const file = { size: SIZE, slice: () => ({ arrayBuffer: async () => new ArrayBuffer(1) }) };
  const fileReader = {
    openFile: async () => ({
      size: SIZE,
      slice: async (from, to) => ({ value: new Blob([new Uint8Array(Math.min(to, SIZE) - from)]), done: to >= SIZE }),
      close() {},
    }),
  };
  const options = { endpoint: "http://localhost/uploads/", url: null, chunkSize: 1000, httpStack: line, fileReader };
  const sending = new Sending(tus, file, options, {
    progress() {},
    state: (state) => told.states.push(state),
    done: () => (told.end = "done"),
    failed: () => (told.end = "failed"),
  });
  sending.start();
  return told;
}

const pass = (ms) => {
  now += ms;
  watch?.();
};

const CASES = {
  async stalled() {
    const told = send(["hang", 204]);
    await moment();
    pass(29_000);
    told.before = told.asked.length;
    pass(2_000);
    await moment();
    return told;
  },
  async offline() {
    navigator.onLine = false;
    const told = send(["hang"]);
    await moment();
    pass(120_000);
    await moment();
    return told;
  },
  async safari() {
    const told = send(["abort", "abort", 204]);
    for (let n = 0; n < 100 && !told.end; n++) await moment();
    return told;
  },
  async refused() {
    const told = send([403]);
    await moment();
    return told;
  },
};

console.log(JSON.stringify(await CASES[process.argv[2]]()));
process.exit(0);
