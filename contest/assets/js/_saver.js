// Saves what changes, one request at a time, and tries again while the line or the server is away. What the answer
// changes on the page waits until no finger is on it.
import { lifted } from "./_steady.js";

const RETRY = [2000, 5000, 15000, 30000];

const passing = (response) => response.status >= 500 || response.status === 429;

export class Saver {
  // on: {wanted(): is there something to send?, send(): its request, answered(response),
  //      away(): not now, it will be tried again, rested?(): nothing is on its way any longer}
  constructor(on) {
    this.on = on;
    this.busy = false;
    this.tries = 0;
    this.timer = 0;
    addEventListener("online", () => this.now());
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), wait);
  }

  async now() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.busy || !this.on.wanted()) return;
    this.busy = true;
    try {
      const response = await this.on.send();
      await lifted();
      if (passing(response)) this.#later();
      else await this.#arrived(response);
    } catch {
      await lifted();
      this.#later();
    }
    this.busy = false;
    if (this.on.rested?.()) return;
    if (!this.timer && this.on.wanted()) this.now();
  }

  async #arrived(response) {
    await this.on.answered(response);
    this.tries = 0;
  }

  #later() {
    this.on.away();
    this.soon(RETRY[Math.min(this.tries, RETRY.length - 1)]);
    this.tries += 1;
  }
}
