// Numbers that the server does not have yet: kept on this device in the order in which they were
// typed, for one contest and one person, until it has them. Other tabs may use the same place.
import { read, write } from "./_kept.js";

export class Outbox {
  constructor(place) {
    this.place = place;
    this.memory = [];
    this.stored = true;
  }

  all() {
    return this.stored ? (read(this.place) ?? []) : this.memory;
  }

  #keep(list) {
    this.memory = list;
    this.stored = write(this.place, list);
  }

  of(code, field) {
    return this.all().filter((one) => one.code === code && one.field === field).pop();
  }

  // Takes the place of what was typed before in the same field, unless `stays(older)`.
  put(number, stays) {
    const same = (one) => one.code === number.code && one.field === number.field;
    this.#keep([...this.all().filter((one) => !same(one) || stays(one)), number]);
  }

  change(which, values) {
    this.#keep(this.all().map((one) => (which(one) ? { ...one, ...values } : one)));
  }

  drop(which) {
    this.#keep(this.all().filter((one) => !which(one)));
  }
}
