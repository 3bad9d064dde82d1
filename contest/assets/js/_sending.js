// One upload on its way: retries for hours, notices a silent line, goes on where it stopped.
const STALL = 30000; // ms without a byte before the line is taken for dead
const WATCH = 5000;
const WINDOW = 15000; // ms over which the speed is averaged
const HOURS = 6;
const RETRIES = [0, 1000, 3000, 5000, 10000, 20000, ...Array(HOURS * 120).fill(30000)];

// A refusal is final; a dropped line, a busy upload (423), a wrong offset (409) and a server in
// trouble (5xx) are not. Safari reports a dropped line as "abort": no response at all.
export function worthRetrying(error) {
  const status = error.originalResponse?.getStatus() ?? 0;
  return status === 0 || status === 409 || status === 423 || status >= 500;
}

export class Sending {
  // options: endpoint, url (of an unfinished upload) or null, metadata, chunkSize.
  // on: {progress({sent, total, speed, left}), state("running"|"waiting"|"paused"), done(), failed(error)}
  constructor(tus, file, options, on) {
    this.on = on;
    this.wanted = false;
    this.samples = [];
    this.upload = new tus.Upload(file, {
      endpoint: options.endpoint,
      uploadUrl: options.url,
      metadata: options.metadata,
      chunkSize: options.chunkSize,
      retryDelays: RETRIES,
      storeFingerprintForResuming: false, // the server knows what is unfinished
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

  #retry(error) {
    const again = worthRetrying(error);
    if (again) this.on.state("waiting");
    return again;
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
