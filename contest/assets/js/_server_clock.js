// The server's clock, as well as it can be known here: when the page or an answer was made lies
// between asking and hearing, so the quickest answer knows best.
export class ServerClock {
  constructor(made) {
    const [page] = performance.getEntriesByType("navigation");
    this.doubt = Infinity;
    this.ahead = 0;
    const { requestStart, responseStart } = page ?? { requestStart: 0, responseStart: performance.now() };
    const begun = performance.timeOrigin ?? Date.now() - performance.now();
    this.heard(made, begun + requestStart, begun + responseStart);
  }

  // made: ISO, as the server says; asked, heard: this device's clock, in ms.
  heard(made, asked, heard) {
    if (heard - asked > this.doubt) return;
    this.doubt = heard - asked;
    this.ahead = Date.parse(made) - (asked + heard) / 2;
  }

  now() {
    return Date.now() + this.ahead;
  }
}
