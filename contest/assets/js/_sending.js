// One upload on its way: retries for hours, notices a silent line, goes on where it stopped.
const STALL = 30000; // ms without a byte before the line is taken for dead
const WATCH = 5000;
const WINDOW = 15000; // ms over which the speed is averaged
const HOURS = 6;
const LEAST_PART = 256 << 10; // bytes; nobody limits bodies to less
const STUCK = 4; // failures on one spot before parts get smaller
const RETRIES = [0, 1000, 3000, 5000, 10000, 20000, ...Array(HOURS * 120).fill(30000)];

// A refusal is final; a dropped line, a busy upload (423), a wrong offset (409), a proxy's limit and
// a server in trouble (5xx) are not. Safari reports a dropped line as "abort": no response at all.
export function worthRetrying(error) {
  const status = error.originalResponse?.getStatus() ?? 0;
  return [0, 408, 409, 423, 425, 429].includes(status) || status >= 500 || bodyTooLarge(error);
}

// A proxy on the way has a limit of its own: only the server's own refusals carry its header.
function bodyTooLarge({ originalResponse: answer }) {
  return answer?.getStatus() === 413 && !answer.getHeader("Tus-Resumable");
}

export class Sending {
  // options: endpoint, url (of an unfinished upload) or null, metadata, chunkSize; tus-js-client's
  // own as well, for a client that is no browser.
  // on: {progress({sent, total, speed, left}), state("running"|"waiting"|"paused"), done(), failed(error)}
  constructor(tus, file, options, on) {
    this.on = on;
    this.file = file;
    this.wanted = false;
    this.samples = [];
    this.stuck = { at: -1, times: 0 };
    const { endpoint, url, ...others } = options;
    this.upload = new tus.Upload(file, {
      retryDelays: RETRIES,
      ...others,
      endpoint: url ? null : endpoint,
      uploadUrl: url,
      storeFingerprintForResuming: false, // the server knows what is unfinished
      onUploadUrlAvailable: () => this.#keepTo(),
      onShouldRetry: (error) => this.#retry(error),
      onProgress: (sent, total) => this.#progress(sent, total),
      onSuccess: () => this.#end(() => on.done()),
      onError: (error) => this.#end(() => on.failed(error)),
    });
    this.wake = () => document.visibilityState === "visible" && this.#nudge();
  }

  start() {
    this.wanted = true;
    this.#moved();
    this.timer = setInterval(() => this.#watch(), WATCH);
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.on.state("running");
    this.upload.start();
  }

  pause() {
    this.#stop();
    this.on.state("paused");
    return this.upload.abort();
  }

  #stop() {
    this.wanted = false;
    clearInterval(this.timer);
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
  }

  #end(tell) {
    this.#stop();
    tell();
  }

  // Without an endpoint a failed HEAD is a failure. With one, tus-js-client begins a new upload when
  // a server that starts again answers 502, and what has been sent would be given up.
  #keepTo() {
    this.upload.options.endpoint = null;
  }

  #retry(error) {
    if (!worthRetrying(error)) return false;
    if (bodyTooLarge(error) || this.#stuckHere(error)) this.#smallerParts();
    this.on.state("waiting");
    this.#lookAtFile();
    return true;
  }

  // Some proxies hang up where others answer 413: the server is there, but no part arrives.
  #stuckHere({ originalRequest: asked, originalResponse: answer }) {
    if (asked?.getMethod() !== "PATCH" || answer?.getHeader("Tus-Resumable")) return false;
    const { at, times } = this.stuck;
    const here = this.upload._offset ?? 0;
    this.stuck = { at: here, times: here === at ? times + 1 : 1 };
    return this.stuck.times >= STUCK;
  }

  #smallerParts() {
    const half = Math.floor(Math.min(this.upload.options.chunkSize, this.file.size) / 2);
    this.upload.options.chunkSize = Math.max(half, LEAST_PART);
  }

  // A file that has changed, or one in the cloud, fails like a dropped line: look which it is.
  async #lookAtFile() {
    const offset = Math.min(this.upload._offset ?? 0, this.file.size - 1);
    const readable = await this.file.slice(offset, offset + 1).arrayBuffer().catch(() => null);
    if (readable || !this.wanted) return;
    this.#stop();
    await this.upload.abort();
    this.on.failed(new Error("the file cannot be read"));
  }

  #moved() {
    this.lastMoved = Date.now();
  }

  #progress(sent, total) {
    const now = Date.now();
    const last = this.samples[this.samples.length - 1];
    if (last && sent < last.sent) this.samples = []; // the server had less: count anew
    if (!last || sent > last.sent) this.#moved();
    this.samples = this.samples.filter((s) => now - s.at < WINDOW).concat({ at: now, sent });
    const first = this.samples[0];
    const speed = now - first.at < 1000 ? 0 : ((sent - first.sent) * 1000) / (now - first.at);
    this.on.state("running");
    this.on.progress({ sent, total, speed, left: speed > 0 ? (total - sent) / speed : null });
  }

  #watch() {
    if (navigator.onLine !== false && Date.now() - this.lastMoved > STALL) this.#again();
  }

  // Back in sight or back on a network: do not wait for the next retry.
  #nudge() {
    if (this.wanted && Date.now() - this.lastMoved > WATCH) this.#again();
  }

  async #again() {
    this.#moved();
    this.on.state("waiting");
    await this.upload.abort();
    if (this.wanted) this.upload.start();
  }
}
